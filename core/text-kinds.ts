import { type FileKind, known } from './file-kinds.ts';
import { isBinary } from './text.ts';

interface TextKind {
  readonly matches: RegExp;
  readonly text: string;
}

// In one line, or wrapped in lines of the same length.
const base64 = /^(?:[\w+/-]{64}\n|[\w+/-]{76}\n)*[\w+/-]{16,}={0,2}$/;
const store =
  'give the credential as JSON, or as the lines CLIENT_ID=…, CLIENT_SECRET=… and SCOPES=… of an .env file';

// Rows of cells, or one cell with a name that a credential has.
const table =
  /^[^\t\n]+\t|^[^\n,;]+(?:[,;](?! )[^\n,;]*){2}|^[^\n]*(?:client|api|access)[ _-]?(?:id|key|secret)[^\n=]*[,;](?! )/i;

/** Texts in no form that a credential has, the surest signs first. */
const kinds: readonly TextKind[] = [
  { matches: /^\s*$/, text: 'is empty' },
  {
    matches: /^-----BEGIN [A-Z ]*PRIVATE KEY/,
    text: 'is a private key, as JWT credentials have, which Adobe has ended; give an OAuth Server-to-Server credential',
  },
  {
    matches: /^-----BEGIN (?:TRUSTED )?CERTIFICATE/,
    text: 'is a certificate; give an OAuth Server-to-Server credential',
  },
  {
    matches: /^(?:\$ANSIBLE_VAULT|-----BEGIN AGE)/,
    text: `is encrypted; decrypt it first, and ${store}`,
  },
  { matches: /^-----BEGIN /, text: `is a key or a message in PEM form; ${store}` },
  {
    matches: /^<(?:!doctype html|html)/i,
    text: 'is a web page, perhaps a sign-in page; download the file again',
  },
  { matches: /^<\?xml|^<[a-z]/i, text: `is XML; ${store}` },
  {
    matches: /^(?:Bearer )?eyJ[\w-]+\.[\w-]+\.[\w-]*$/,
    text: 'is a token; give the client id, client secret and scopes that it is minted with',
  },
  { matches: /^p8e-\S+$/, text: `is only a client secret; ${store}` },
  { matches: /^[0-9a-f]{32}$/i, text: `is only a client id; ${store}` },
  { matches: /^(?:https?|file):\/\/\S+$/, text: 'is an address; give the file that is there' },
  {
    matches: /[\u201C\u201D\u2018\u2019\u00AB\u00BB]/,
    text: 'has curly quotes, which word processors insert; use straight quotes',
  },
  {
    matches: /^(?:\{|\[\s*[[{"]|")/,
    text: 'looks like JSON, but is broken or cut off; check its quotes, commas and brackets, or download it again',
  },
  {
    matches: /^#!|^\s*(?:curl|aws|aio|az|gcloud|setx|setenv|set -\w+|docker|kubectl|vault) /m,
    text: `is a script or a command line; ${store}`,
  },
  {
    matches: /^apiVersion:[\s\S]*^kind: *Secret/m,
    text: `is a Kubernetes manifest; decode its values, and ${store}`,
  },
  {
    matches: /^\w+=[^&\s]*&\w+=/,
    text: `is the body of a request; ${store}`,
  },
  { matches: /^---\s*$|^[\w.-]+ *:(?: .*)?$/m, text: `is YAML, or text like it; ${store}` },
  { matches: table, text: `is a table, or a part of one; ${store}` },
];

/** What a text is that is neither JSON nor the lines of an `.env` file. */
export function kindOfText(text: string): FileKind {
  if (isBinary(text)) {
    return known(
      'is not text, but an image, an archive or another binary file; give the credential as text',
    );
  }
  const start = text.trim().slice(0, 4_096);
  const kind = kinds.find(({ matches }) => matches.test(start));
  if (kind !== undefined) return known(kind.text);
  if (base64.test(start.replaceAll('\r', ''))) {
    return known('is base64, or one long word; decode it first: base64 -d FILE');
  }
  return { text: `is text of an unknown kind; ${store}`, isUnknown: true };
}
