// The process that is measured, in place of Lambda's runtime. It is plain JavaScript, because
// stripping types would cost more than what is measured.
// Arguments: the bundle, how often to run, and how many runs to leave out of the figures.
// The time of the first run includes loading the bundle; that of Node.js's own start is in none.
let began = performance.now();
const [bundle, runs, warmUp] = process.argv.slice(2);
const { handler } = await import(bundle);
const write = process.stdout.write.bind(process.stdout);
// On Lambda, writing to the log is not waited for.
process.stdout.write = () => true;

const milliseconds = [];
let renewed = 0;
for (let run = 0; run < Number(runs); run += 1) {
  const deadline = Date.now() + 600_000;
  const result = await handler(
    { action: 'tick' },
    { awsRequestId: `run-${run}`, getRemainingTimeInMillis: () => deadline - Date.now() },
  );
  milliseconds.push(performance.now() - began);
  renewed = result.renewed ?? result.outcomes?.renewed ?? 0;
  began = performance.now();
}
const peak = process.resourceUsage().maxRSS;
write(JSON.stringify({ milliseconds: milliseconds.slice(Number(warmUp)), renewed, peak }), () =>
  process.exit(),
);
