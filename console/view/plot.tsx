import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Span } from '../data/lanes.ts';
import type { Plot } from '../messages.ts';
import { minuteText } from './times.ts';

const titles: Readonly<Record<Plot['metric'], string>> = {
  MinLifeLeft: 'Least life left',
  Failing: 'Failing credentials',
  Renewed: 'Tokens renewed',
  Duration: 'Duration of a run',
};

const height = 150;

interface Props {
  readonly plot: Plot;
  /** What the plot covers, also where there are few points. */
  readonly span: Span;
}

export function MetricPlot({ plot, span }: Props) {
  const covered = useRef(span);
  covered.current = span;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = (): uPlot.AlignedData => [[...plot.times], [...plot.values]];
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(plot, element.clientWidth, covered), data(), element);
    };
    draw();
    const observer = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height }),
    );
    observer.observe(element);
    // A canvas has the colours that it was drawn with.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', draw);
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(data()), [plot]);
  const last = plot.values.at(-1);
  const lastAt = plot.times.at(-1);
  return (
    <figure class="plot">
      <figcaption>
        {titles[plot.metric]}{' '}
        <span class="quiet">
          {last === undefined || lastAt === undefined
            ? 'no data'
            : `${valueText(last, plot.unit)} at ${minuteText(lastAt)} UTC`}
        </span>
      </figcaption>
      <div ref={box} role="img" aria-label={describe(plot)} />
    </figure>
  );
}

function describe({ metric, unit, values }: Plot): string {
  if (values.length === 0) return `${titles[metric]}: no data`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = `between ${valueText(least, unit)} and ${valueText(most, unit)}`;
  return `${titles[metric]}: ${range}, latest ${valueText(values.at(-1) ?? 0, unit)}`;
}

function valueText(value: number, unit: Plot['unit']): string {
  if (unit === 'percent') return `${Math.round(value)} %`;
  if (unit === 'count') return String(Math.round(value));
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

// Fewer than these are shown as points, too: a line needs two.
const fewPoints = 40;

function optionsOf(
  { unit, metric, times }: Plot,
  width: number,
  covered: { readonly current: Span },
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const stepped = unit === 'count' ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const stroke = colour(metric === 'Failing' ? '--bad' : '--accent');
  return {
    width,
    height,
    // The times of the page are UTC.
    tzDate: (timestamp) => uPlot.tzDate(new Date(timestamp * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: () => [covered.current.from, covered.current.to] },
      y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] },
    },
    axes: [
      { ...axis, size: 28, values: timeTexts },
      {
        ...axis,
        size: 52,
        incrs: steps,
        values: (_, splits) => splits.map((each) => valueText(each, unit)),
      },
    ],
    series: [
      {},
      {
        stroke,
        width: 1.5,
        fill: `color-mix(in srgb, ${stroke} 14%, transparent)`,
        points: { show: times.length < fewPoints, size: 5 },
        ...(stepped && { paths: stepped }),
      },
    ],
  };
}

// No axis counts halves.
const steps = [1, 2, 5]
  .flatMap((step) => [step, step * 10, step * 100, step * 1000, step * 10_000])
  .sort((a, b) => a - b);

/** The day at midnight, else the time. */
function timeTexts(_: uPlot, splits: number[]): string[] {
  return splits.map((at) => {
    const text = new Date(at * 1000).toUTCString();
    return at % 86_400 === 0 ? text.slice(5, 11) : text.slice(17, 22);
  });
}
