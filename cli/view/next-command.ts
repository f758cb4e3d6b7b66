import type { CommonOptions } from '../common-options.ts';
import { shellWord } from './shell-word.ts';

type Option = Exclude<keyof CommonOptions, 'json'>;

const ofAws: readonly Option[] = ['profile', 'region'];
const ofRotator: readonly Option[] = ['rotator', 'prefix', 'function', ...ofAws];

/**
 * A command for people to copy. It has the options by which this one has found its rotator: without
 * them it would fail, or work in another account or Region.
 */
export function nextCommand(words: string, options: CommonOptions): string {
  return ['ims-token-rotator', words, ...given(ofRotator, options)].join(' ');
}

// A pause is somebody's decision, which a copied command undoes.
export const beforeResume = 'find out first who paused it, and why; then: ';

export function resumeFix(name: string, options: CommonOptions): string {
  return `${beforeResume}${nextCommand(`resume ${name}`, options)}`;
}

/** The same options, for commands that are put together elsewhere. */
export function optionsOfNext(options: CommonOptions): string {
  return given(ofRotator, options).join(' ');
}

/** The same for a command of the AWS CLI. */
export function nextAwsCommand(words: string, options: CommonOptions): string {
  return ['aws', words, ...given(ofAws, options)].join(' ');
}

function given(names: readonly Option[], options: CommonOptions): readonly string[] {
  return names.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
  });
}
