import fc from 'fast-check';

// The same cases in each run, so that a check fails for what was changed alone; `SEED=$RANDOM`
// looks for new ones.
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
