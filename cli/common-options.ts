import {
  prefixPattern,
  prefixRule,
  rotatorNamePattern,
  rotatorNameRule,
} from '../core/contract.ts';
import { usageError } from './errors.ts';

/** The options that commands share. */
export interface CommonOptions {
  readonly json?: boolean | undefined;
  readonly rotator?: string | undefined;
  readonly prefix?: string | undefined;
  /** The rotator's function, where several claim the rotator. */
  readonly function?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

interface Rule {
  readonly pattern: RegExp;
  readonly text: string;
}

const rules: Readonly<Record<Exclude<keyof CommonOptions, 'json'>, Rule>> = {
  rotator: { pattern: rotatorNamePattern, text: rotatorNameRule },
  prefix: { pattern: prefixPattern, text: prefixRule },
  function: {
    pattern: /^[A-Za-z0-9_-]{1,140}$/,
    text: 'letters, digits, hyphens and underscores, 1 to 140 characters',
  },
  profile: { pattern: /\S/, text: 'a name' },
  region: { pattern: /^[a-z]{2,}(-[a-z]+)+-\d+$/, text: 'an AWS Region, for example us-east-1' },
};

/**
 * Rejects what no rotator, function or Region has. An unset shell variable is an empty option, or makes
 * the next option the value: neither must mean the default.
 *
 * @throws CliError ERR_USAGE
 */
export function checkOptions(options: CommonOptions): void {
  const problems = Object.entries(rules).flatMap(([name, { pattern, text }]) => {
    const value = options[name as keyof typeof rules];
    const isOption = value?.startsWith('--') === true;
    if (value === undefined || (pattern.test(value) && !isOption)) return [];
    const why = isOption ? `, and is the option ${value}` : ', and is empty';
    const message = `must be ${text}${isOption || value === '' ? why : ''}`;
    return [{ field: `--${name}`, message }];
  });
  if (problems.length > 0) throw usageError('invalid options', undefined, { problems });
}
