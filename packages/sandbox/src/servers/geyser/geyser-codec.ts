import { EngineError } from '@tandem/engine/ports';
import type * as Yellowstone from '@triton-one/yellowstone-grpc';

import { writeOutMapValues } from './map-values.js';

/** What is taken from the Yellowstone client's package: its message encoders are the protocol. */
export type GeyserMessages = Pick<
  typeof Yellowstone,
  | 'GetBlockHeightRequest'
  | 'GetBlockHeightResponse'
  | 'GetLatestBlockhashRequest'
  | 'GetLatestBlockhashResponse'
  | 'GetSlotRequest'
  | 'GetSlotResponse'
  | 'GetVersionRequest'
  | 'GetVersionResponse'
  | 'IsBlockhashValidRequest'
  | 'IsBlockhashValidResponse'
  | 'PingRequest'
  | 'PongResponse'
  | 'SubscribeReplayInfoRequest'
  | 'SubscribeReplayInfoResponse'
  | 'SubscribeRequest'
  | 'SubscribeUpdate'
>;

/**
 * Loads the package that knows the protocol's messages. It brings a native part along, which not every platform has, so it is loaded only
 * where a server is started.
 * @throws SANDBOX_GEYSER_UNSUPPORTED
 */
export async function loadGeyserMessages(): Promise<GeyserMessages> {
  try {
    return await import('@triton-one/yellowstone-grpc');
  } catch (error) {
    throw new EngineError('SANDBOX_GEYSER_UNSUPPORTED', 'the gRPC feed does not exist on this platform', {
      severity: 'fatal',
      cause: error,
      action: 'use the websocket feed, or a platform that @triton-one/yellowstone-grpc has a native part for',
    });
  }
}

interface MessageCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** Bytes that stand for themselves: what is no message can be sent as well. */
function serializer<Message extends object>(codec: MessageCodec<Message>): (message: Message | Buffer) => Buffer {
  return (message) => (Buffer.isBuffer(message) ? message : Buffer.from(codec.encode(message).finish()));
}

function method<Request extends object, Response extends object>(
  name: string,
  kind: 'unary' | 'stream',
  request: MessageCodec<Request>,
  response: MessageCodec<Response>,
) {
  return {
    path: `/geyser.Geyser/${name}`,
    requestStream: kind === 'stream',
    responseStream: kind === 'stream',
    requestSerialize: serializer(request),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes),
    responseSerialize: serializer(response),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
}

/** Returns the service `geyser.Geyser` (yellowstone-grpc-proto, geyser.proto) as grpc-js takes it; `SubscribeDeshred` is not part of it. */
export function geyserService(messages: GeyserMessages) {
  const { SubscribeRequest, SubscribeUpdate, PingRequest, PongResponse } = messages;
  const unary = <Request extends object, Response extends object>(
    name: string,
    request: MessageCodec<Request>,
    response: MessageCodec<Response>,
  ) => method(name, 'unary', request, response);
  return {
    Subscribe: {
      ...method('Subscribe', 'stream', SubscribeRequest, SubscribeUpdate),
      requestDeserialize: (bytes: Buffer) => SubscribeRequest.decode(writeOutMapValues(bytes)),
    },
    SubscribeReplayInfo: unary(
      'SubscribeReplayInfo',
      messages.SubscribeReplayInfoRequest,
      messages.SubscribeReplayInfoResponse,
    ),
    Ping: unary('Ping', PingRequest, PongResponse),
    GetLatestBlockhash: unary(
      'GetLatestBlockhash',
      messages.GetLatestBlockhashRequest,
      messages.GetLatestBlockhashResponse,
    ),
    GetBlockHeight: unary('GetBlockHeight', messages.GetBlockHeightRequest, messages.GetBlockHeightResponse),
    GetSlot: unary('GetSlot', messages.GetSlotRequest, messages.GetSlotResponse),
    IsBlockhashValid: unary('IsBlockhashValid', messages.IsBlockhashValidRequest, messages.IsBlockhashValidResponse),
    GetVersion: unary('GetVersion', messages.GetVersionRequest, messages.GetVersionResponse),
  };
}
