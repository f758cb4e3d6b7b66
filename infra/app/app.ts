import { App } from 'aws-cdk-lib';
import { parseSettings } from './settings.ts';
import { ImsTokenRotatorStack } from './stack.ts';
import { addValidations } from './validations.ts';

const app = new App();
const settings = parseSettings(app.node.tryGetContext('ims-token-rotator'));
new ImsTokenRotatorStack(app, 'ImsTokenRotator', settings, {
  description: 'Keeps Adobe IMS access tokens fresh in Secrets Manager',
});
addValidations(app);
