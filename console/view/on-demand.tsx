import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A page whose code is loaded at its first use. */
export function OnDemand({ load }: { readonly load: () => Promise<ComponentType> }) {
  const [loaded, setLoaded] = useState<{ readonly page?: ComponentType; readonly failed?: true }>();
  useEffect(() => {
    let isOver = false;
    load().then(
      (page) => isOver || setLoaded({ page }),
      () => isOver || setLoaded({ failed: true }),
    );
    return () => {
      isOver = true;
    };
  }, []);
  if (loaded?.failed) return <p class="unknown">This page could not be loaded: load it again.</p>;
  const { page: Page } = loaded ?? {};
  return Page === undefined ? <p class="quiet asking">Loading …</p> : <Page />;
}
