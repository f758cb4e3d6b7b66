import { App } from 'aws-cdk-lib';
import { LambdaConsumerStack } from '../lib/lambda-consumer-stack.ts';

new LambdaConsumerStack(new App(), 'LambdaConsumer');
