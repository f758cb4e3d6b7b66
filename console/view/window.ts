import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  type Range,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

interface Options {
  readonly names: readonly string[];
  readonly estimate: (index: number) => number;
  /** Stays in the document wherever the page is scrolled to, so that it keeps the focus. */
  readonly kept?: string | undefined;
}

/** The items of a long list that are in sight, where the whole page scrolls. */
export function useWindow({ names, estimate, kept }: Options) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const list = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const keptIndex = kept === undefined ? -1 : names.indexOf(kept);
  const virtualizer = useRef<Virtualizer<Window, HTMLDivElement>>(undefined);
  const options = {
    count: names.length,
    getScrollElement: () => window,
    estimateSize: estimate,
    getItemKey: (index: number) => names[index] ?? index,
    overscan: 8,
    scrollMargin: top.current,
    initialRect: { width: innerWidth, height: innerHeight },
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    rangeExtractor: (range: Range) => withKept(defaultRangeExtractor(range), keptIndex),
    onChange: () => redraw(undefined),
  };
  virtualizer.current ??= new Virtualizer<Window, HTMLDivElement>(options);
  const current = virtualizer.current;
  current.setOptions(options);
  useLayoutEffect(() => current._didMount(), []);
  // What is above the list changes its height at any time.
  useLayoutEffect(() => {
    const margin = Math.round((list.current?.getBoundingClientRect().top ?? 0) + scrollY);
    if (margin !== top.current) {
      top.current = margin;
      redraw(undefined);
    }
    current._willUpdate();
  });
  return {
    list,
    height: current.getTotalSize(),
    items: current.getVirtualItems().map(({ index, start, key }) => ({
      index,
      key: String(key),
      offset: start - top.current,
    })),
    measure: (element: HTMLDivElement | null) => current.measureElement(element),
    scrollTo: (index: number) => current.scrollToIndex(index, { align: 'auto' }),
  };
}

function withKept(indexes: readonly number[], kept: number): number[] {
  if (kept < 0 || indexes.includes(kept)) return [...indexes];
  return [...indexes, kept].sort((a, b) => a - b);
}
