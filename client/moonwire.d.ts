// Types of moonwire.js. Times are in milliseconds; docs/client.md of Moonwire says what each is for.

export type Message = string | object;

export interface Address {
  url: string | URL;
  protocols?: string | string[];
}

export interface Options {
  protocols?: string | string[];
  /** What a new connection begins with. */
  hello?: Message | Message[] | null | (() => Message | Message[] | null | undefined);
  /** Which message says that a new connection can be used; without it: when it is open. */
  ready?: ((message: any) => boolean) | null;
  /** The member of messages with their id: "mid". */
  id?: string;
  /** The member of answers with the id of what they answer: "ack". */
  ack?: string;
  heartbeat?: number;
  ping?: Message;
  pong?: number;
  renew?: number;
  spread?: number;
  overlap?: number;
  retryFirst?: number;
  retryMost?: number;
  stable?: number;
  patience?: number;
  queue?: number;
  remember?: number;
  /** Is there to be another connection after this close? */
  again?: (close: { code: number; reason: string; opened: boolean }) => boolean;
  /** A class like that of browsers. */
  WebSocket?: new (url: any, protocols?: any) => any;
}

export type Status = "connecting" | "open" | "waiting" | "closed";

export interface Events {
  open: Event & { first: boolean };
  renewed: Event;
  message: Event & { data: any; text: string };
  status: Event & { status: Status; code?: number; reason?: string; delay?: number; failures?: number };
  close: Event & { code: number; reason: string };
}

/** Rejected promises have an error with one of these codes. */
export type Code = "closed" | "full" | "timeout" | "too_large";

export class Socket extends EventTarget {
  private constructor();
  readonly status: Status;
  on<T extends keyof Events>(type: T, fn: (event: Events[T]) => void): () => void;
  /** Once, as soon as there is a connection; resolves when it was handed over. */
  send(message: Message): Promise<void>;
  /** Again on each new connection until there is an answer; resolves with that. */
  ask<T = any>(message: object, options?: { timeout?: number }): Promise<T>;
  renew(): void;
  /** code: 1000, or from 3000 to 4999; reason: at most 123 bytes in UTF-8. */
  close(code?: number, reason?: string): void;
}

export function connect(address: string | URL | (() => string | URL | Address | Promise<string | URL | Address>), options?: Options): Socket;
