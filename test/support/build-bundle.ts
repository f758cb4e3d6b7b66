import { execFileSync } from 'node:child_process';

/** Builds the bundle before any test, because the end-to-end tests run what is deployed. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
