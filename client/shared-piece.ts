/** No error code or sentence has as long a piece of a token by chance. */
const piece = 8;

/** True if a piece of the token is in the text. */
export function shares(text: string, token: string): boolean {
  for (let start = 0; start + piece <= text.length; start += 1) {
    if (token.includes(text.slice(start, start + piece))) return true;
  }
  return false;
}
