// How the pages ask the server: with the cookie that signing in left, and a stream of events that goes on where it broke off.

import { useEffect, useState } from "preact/hooks";
import type { News } from "../source.js";

/** Null while it is asked for. */
export type Answer<T> = { readonly value: T } | { readonly problem: string; readonly status: number } | null;

/** A token behind "#" signs in and vanishes from the address. */
export async function signIn(): Promise<void> {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, "", location.pathname + location.search);
  await fetch("/session", { headers: { authorization: `Bearer ${decodeURIComponent(token)}` } });
}

export async function ask<T>(path: string): Promise<Exclude<Answer<T>, null>> {
  try {
    const response = await fetch(path, { headers: { accept: "application/json" } });
    const body: unknown = await response.json();
    if (response.ok) return { value: body as T };
    return { problem: String((body as { readonly error?: unknown }).error), status: response.status };
  } catch {
    return { problem: "The server does not answer: is axon serve still running?", status: 0 };
  }
}

/** Milliseconds after which a server that turned a stream away is asked again. */
const LATER = 30_000;
/** Milliseconds in which several reasons to look again become one. */
const GATHER = 700;

/**
 * @param path null asks for nothing
 * @returns the answer, the function that asks again soon, and the one that changes the answer in place
 */
export function useAnswer<T>(path: string | null): [Answer<T>, () => void, (change: (value: T) => T) => void] {
  const [answer, setAnswer] = useState<Answer<T>>(null);
  const [look] = useState(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = () => {
      timer = undefined;
      if (path !== null) void ask<T>(path).then(setAnswer);
    };
    return { now, soon: () => void (timer ??= setTimeout(now, GATHER)) };
  });
  useEffect(look.now, []);
  const change = (work: (value: T) => T) =>
    setAnswer((now) => (now && "value" in now ? { value: work(now.value) } : now));
  return [answer, look.soon, change];
}

/**
 * Follows the events while the page is seen.
 * @param since number of the last event that is known; null: not yet
 * @param anew everything has to be looked at again
 * @returns true while the stream is open
 */
export function useNews(since: string | null, heard: (news: News) => void, anew: () => void): boolean {
  const [open, setOpen] = useState(false);
  const ready = since !== null;
  useEffect(() => {
    if (since === null) return undefined;
    let stream: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(timer);
      stream?.close();
      stream = null;
    };
    // The browser tries again by itself, unless the server answered that it will not: then it has to be asked why.
    const failed = () => {
      setOpen(false);
      if (stream?.readyState !== EventSource.CLOSED) return;
      stop();
      timer = setTimeout(turn, LATER);
      anew();
    };
    const start = (from: string) => {
      stream = new EventSource(`/api/events?since=${encodeURIComponent(from)}`);
      stream.addEventListener("open", () => setOpen(true));
      stream.addEventListener("error", failed);
      stream.addEventListener("message", ({ data }) => heard(JSON.parse(String(data)) as News));
      stream.addEventListener("anew", anew);
    };
    // Browsers allow six connections to a server, so a tab that nobody sees gives its own back.
    const turn = () => {
      if (document.hidden) stop();
      else if (stream === null) start("");
    };
    start(since);
    document.addEventListener("visibilitychange", turn);
    return () => {
      document.removeEventListener("visibilitychange", turn);
      stop();
    };
  }, [ready]);
  return open;
}
