import { execFileSync } from 'node:child_process';

/** The end-to-end tests run the file that is deployed, so it is built before any of them. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
