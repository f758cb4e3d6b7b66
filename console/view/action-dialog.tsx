import { useEffect, useRef, useState } from 'preact/hooks';
import { act, noServer } from '../data/server.ts';
import type { Action, ActionResult, FleetRow } from '../messages.ts';
import { ended, UnknownNote } from './parts.tsx';

type Deed = Action['action'];

const deeds: Readonly<Record<Deed, { readonly title: string; readonly effect: string }>> = {
  renew: {
    title: 'Renew if due',
    effect: 'Asks the function to renew the token if it is due. A fresh token is kept.',
  },
  'force-renew': {
    title: 'Renew now',
    effect:
      'Asks the function to mint a new token even if the stored one is fresh, and without waiting ' +
      'after a failure. The old token stays valid until it expires.',
  },
  pause: {
    title: 'Pause',
    effect:
      'Sets a tag on the token secret: nothing renews the token until somebody resumes the ' +
      'credential. The stored token stays valid until it expires, and then workloads get 401.',
  },
  resume: {
    title: 'Resume',
    effect: 'Sets a tag on the token secret: a tick renews the token again when it is due.',
  },
};

export function deedsFor({ paused }: FleetRow): readonly Deed[] {
  return paused ? ['resume'] : ['renew', 'force-renew', 'pause'];
}

export function titleOfDeed(deed: Deed): string {
  return deeds[deed].title;
}

interface Props {
  readonly row: FleetRow;
  readonly chosen?: Deed | undefined;
  readonly onClose: () => void;
}

/** Says what an action will do, asks, and shows the result. */
export function ActionDialog({ row, chosen, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // What can be done is decided when the dialog opens: the row changes with the action.
  const [possible] = useState(deedsFor(row));
  const [deed, setDeed] = useState<Deed>(chosen ?? possible[0] ?? 'renew');
  const [result, setResult] = useState<ActionResult | 'waiting'>();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  const confirm = async (): Promise<void> => {
    setResult('waiting');
    setResult(await act({ action: deed, name: row.name }));
  };
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={onClose}>
      <h2 id="action-title">
        {chosen === undefined ? `Act on ${row.name}` : `${deeds[chosen].title}: ${row.name}`}
      </h2>
      {result === undefined && chosen === undefined && (
        <fieldset>
          <legend class="hidden">Action</legend>
          {possible.map((each) => (
            <label key={each} class="deed">
              <input
                type="radio"
                name="deed"
                checked={deed === each}
                onChange={() => setDeed(each)}
              />
              <span>
                <strong>{deeds[each].title}</strong>
                <span class="quiet">{deeds[each].effect}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {result === undefined && chosen !== undefined && <p>{deeds[chosen].effect}</p>}
      <div role="status">
        <Result result={result} title={deeds[deed].title} />
      </div>
      <p class="buttons">
        {result === undefined && (
          <button type="button" class="primary" onClick={() => void confirm()}>
            {deeds[deed].title}
          </button>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {result === undefined ? 'Cancel' : 'Close'}
        </button>
      </p>
    </dialog>
  );
}

function Result({
  result,
  title,
}: {
  readonly result: ActionResult | 'waiting' | undefined;
  readonly title: string;
}) {
  if (result === undefined) return null;
  if (result === 'waiting') return <p class="quiet asking">{title}: waiting for the result …</p>;
  if (result.ok) return <p class="done">{ended(result.words)}</p>;
  // Whoever got no answer does not know that it failed.
  if (result.why.code === noServer.code) return <UnknownNote why={result.why} what={title} />;
  return <UnknownNote why={result.why} what={`${title} failed`} isFailure />;
}
