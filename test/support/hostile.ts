import fc from 'fast-check';
import { expect } from 'vitest';
import { ConsoleRequestError, RotatorError, TokenRequestError } from '../../core/errors.ts';
import { decodeText } from '../../core/text.ts';

/** Names that an object has from its prototype, or that would change it. */
export const poisonous = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
];

/** Texts that break out of a line, a header, a quote or an encoding. */
export const breaking = [
  '\r\nx-injected: 1',
  '\0',
  '\u2028',
  '\ud800',
  '\ufeff',
  '\ufffd',
  '"',
  "'",
  '\\',
  '{"',
  '[[',
  '%s',
  '%0d%0a',
  '<!--',
];

/** Any text, and what breaks a parser. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(...breaking, ...poisonous),
  fc.uint8Array({ maxLength: 60 }).map(decodeText),
);

/** Mostly the right value: an input that is right but for one field is rarely met by chance. */
export function mostly(
  right: readonly unknown[],
  wrong: readonly unknown[],
): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...right) },
    fc.constantFrom(...wrong),
    hostileText,
  );
}

/** Any JSON value whose names and texts are hostile, or those that a parser looks for. */
export function hostileJson(
  names: readonly string[],
  values: readonly unknown[],
): fc.Arbitrary<unknown> {
  const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...names) }, hostileText);
  const leaf = fc.oneof(
    fc.constantFrom(...values),
    hostileText,
    fc.double(),
    fc.constantFrom<unknown>(null, true, -0, 1e308, 2 ** 53, ''),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      // Own properties, as JSON.parse makes them.
      fc
        .array(fc.tuple(name, tie('value')), { maxLength: 6 })
        .map((entries) => JSON.parse(jsonOf(entries))),
    ),
  }));
  return value;
}

function jsonOf(entries: readonly (readonly [string, unknown])[]): string {
  const fields = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${fields.join(',')}}`;
}

/** The text of a value, also cut off, doubled, or with something in its middle. */
export function textOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(value, fc.nat(400), hostileText, fc.constantFrom('whole', 'cut', 'filled', 'doubled'))
    .map(([json, at, filling, how]) => {
      const text = JSON.stringify(json) ?? '';
      if (how === 'cut') return text.slice(0, at);
      if (how === 'filled') return `${text.slice(0, at)}${filling}${text.slice(at)}`;
      return how === 'doubled' ? `${text}${filling}${text}` : text;
    });
}

/** What a parser makes of an input: its result, or its error, which must be one with a code. */
export function outcomeOf<Output>(parse: () => Output): Output | RotatorError {
  try {
    return parse();
  } catch (error) {
    // Its stack is that of the crash.
    if (!(error instanceof RotatorError)) throw error;
    expect(error.message.length).toBeLessThan(20_000);
    return error;
  }
}

const isRequestError = (error: RotatorError) =>
  error instanceof TokenRequestError || error instanceof ConsoleRequestError;

/** All that an error tells. */
export function shown(error: RotatorError): string {
  const { message, code, problems } = error;
  const details = isRequestError(error) ? error.details : {};
  return JSON.stringify({ message, code, problems, details });
}

const prototype = Object.getOwnPropertyNames(Object.prototype);

/** Tries a claim on many inputs, none of which may change the prototype of all objects. */
export function holds<Input>(
  arbitrary: fc.Arbitrary<Input>,
  claim: (input: Input) => void,
  numRuns = 300,
) {
  fc.assert(fc.property(arbitrary, claim), { numRuns });
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
}

/**
 * Like `holds`, for a claim that returns true if the input was accepted. One input in fifty must be: a
 * claim about accepted inputs that meets none holds nothing.
 */
export function understands<Input>(
  arbitrary: fc.Arbitrary<Input>,
  claim: (input: Input) => boolean,
  numRuns = 300,
) {
  let accepted = 0;
  const counted = (input: Input) => {
    accepted += claim(input) ? 1 : 0;
  };
  holds(arbitrary, counted, numRuns);
  expect(accepted).toBeGreaterThanOrEqual(numRuns / 50);
}
