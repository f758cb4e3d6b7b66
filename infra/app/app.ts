import { App } from 'aws-cdk-lib';
import { ImsTokenRotatorStack } from '../ims-token-rotator-stack.ts';
import { addValidations } from './validations.ts';

const app = new App();
new ImsTokenRotatorStack(app, 'ImsTokenRotator');
addValidations(app);
