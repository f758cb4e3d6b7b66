import { describe, expect, it } from 'vitest';
import { stackFrames } from '../../core/stack-frames.ts';

/** V8 writes the message into the stack when somebody first asks for it. */
function renamed(message: string): Error {
  const error = new Error(message);
  expect(error.stack).toContain(message);
  error.message = 'hidden';
  return error;
}

describe('the frames of a stack', () => {
  it('are those of the place where the error was thrown', () => {
    const [first] = stackFrames(new TypeError('no'));
    expect(first).toContain('stack-frames.test.ts');
  });

  it('hold no line of the message, even one that looks like a frame', () => {
    const message = 'unexpected token in\n    at p8e-secret\n    at p8e-secret (file:///a.ts:1:1)';
    const frames = stackFrames(new SyntaxError(message)).join('\n');
    expect(frames).toContain('stack-frames.test.ts');
    expect(frames).not.toContain('p8e-');
  });

  it.each([
    ['its message was changed', renamed('\n    at p8e-secret')],
    ['it is no error', '    at p8e-secret'],
    ['it has no stack', Object.assign(new Error('no'), { stack: undefined })],
  ])('are none if %s', (_why, error) => {
    expect(stackFrames(error)).toEqual([]);
  });
});
