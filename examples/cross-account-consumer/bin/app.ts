import { App } from 'aws-cdk-lib';
import { ConsumerStack } from '../lib/consumer-stack.ts';
import { ProducerStack } from '../lib/producer-stack.ts';

const app = new App();
const setting = (name: string): string => app.node.getContext(name);
const region = setting('region');
const producer = { account: setting('producerAccount'), region };
const consumer = { account: setting('consumerAccount'), region };
new ProducerStack(app, 'Producer', { env: producer, readerAccount: consumer.account });
new ConsumerStack(app, 'Consumer', {
  env: consumer,
  tokenSecretArn: setting('tokenSecretArn'),
  tokenKeyArn: setting('tokenKeyArn'),
});
