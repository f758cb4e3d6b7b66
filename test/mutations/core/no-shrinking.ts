import fc from 'fast-check';

// A mutant is noticed by the first example that fails; to look for the least one takes time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
