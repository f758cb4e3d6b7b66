import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LambdaEmulator } from '../../../emulators/lambda/emulator.ts';
import { bundle, startLambda } from './start-lambda.ts';

function clientFor({ url }: LambdaEmulator): LambdaClient {
  const client = new LambdaClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return client;
}

async function startWithMany(count: number) {
  const lambda = await startLambda();
  for (let index = 1; index <= count; index += 1) {
    lambda.createFunction({ functionName: `f${index}`, bundle: bundle('handlers') });
  }
  return clientFor(lambda);
}

describe('ListFunctions', () => {
  it('tells of each function what GetFunctionConfiguration does, but for its state', async () => {
    const client = clientFor(await startLambda(['echo', 'writes']));
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['echo', 'writes']);
    const { $metadata, State, LastUpdateStatus, ...configuration } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'echo' }),
    );
    expect({ State, LastUpdateStatus }).toEqual({
      State: 'Active',
      LastUpdateStatus: 'Successful',
    });
    expect(Functions[0]).toEqual(configuration);
  });

  it('lists at most 50 a page, whatever is asked for', async () => {
    const client = await startWithMany(120);
    const sizes: number[] = [];
    const paging = { client, pageSize: 10_000 };
    for await (const { Functions = [] } of paginateListFunctions(paging, {})) {
      sizes.push(Functions.length);
    }
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('lists fewer a page when asked to', async () => {
    const client = await startWithMany(3);
    const { Functions, NextMarker } = await client.send(new ListFunctionsCommand({ MaxItems: 2 }));
    expect(Functions).toHaveLength(2);
    const rest = await client.send(new ListFunctionsCommand({ MaxItems: 2, Marker: NextMarker }));
    expect(rest.Functions).toMatchObject([{ FunctionName: 'f3' }]);
    expect(rest.NextMarker).toBeUndefined();
  });

  it.each([{ MaxItems: 0 }, { MaxItems: 10_001 }, { Marker: 'x' }])(
    'refuses %j',
    async (request) => {
      const client = await startWithMany(1);
      await expect(client.send(new ListFunctionsCommand(request))).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
    },
  );
});

describe('an override', () => {
  it('is said of the configuration of that function', async () => {
    const lambda = await startLambda(['echo', 'writes']);
    const failed = { State: 'Failed', StateReasonCode: 'SubnetOutOfIPAddresses', Timeout: 7 };
    lambda.configurationOverrides.set('echo', failed);
    const client = clientFor(lambda);
    const read = (FunctionName: string) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(await read('echo')).toMatchObject(failed);
    expect(await read('writes')).toMatchObject({ State: 'Active' });
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ State, Timeout }) => [State, Timeout])).toEqual([
      [undefined, 7],
      [undefined, 20],
    ]);
  });
});
