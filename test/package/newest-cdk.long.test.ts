import { describe, vi } from 'vitest';
import { testApp } from './app.ts';

// An installation takes half a minute, and checking all types of CDK as long.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

describe('an app on the newest CDK', () => testApp('newest'));
