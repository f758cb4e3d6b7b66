import { App } from 'aws-cdk-lib';
import { RotatorStack } from '../lib/rotator-stack.ts';
import { ServiceStack } from '../lib/service-stack.ts';

const app = new App();
const { fusion } = new RotatorStack(app, 'Rotator');
new ServiceStack(app, 'Service', { credential: fusion });
