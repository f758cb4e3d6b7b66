import { spawn } from 'node:child_process';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the person's browser, if there is one: the terminal shows it anyway. */
export function openBrowser(address: string): void {
  const [command, ...args] = openers[process.platform] ?? [];
  if (command === undefined || !hasDesktop(process)) return;
  const child = spawn(command, [...args, address], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

/** Without a desktop, xdg-open may start a browser that nobody sees, and that uses up the key. */
function hasDesktop({ platform, env }: NodeJS.Process): boolean {
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}
