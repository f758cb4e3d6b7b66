process.stdout.write('importing\n');
throw new RangeError('bad configuration');
