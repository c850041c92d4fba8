import type { Socket } from "node:net";

/** A mail as it was handed over. */
export interface Handover {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** What becomes of a mail: an answer, or, without one, a connection that is cut. */
export type Verdict = string | null;

export interface SmtpRules {
  /** The answer to a recipient; undefined takes it. */
  readonly recipient: (address: string) => string | undefined;
  readonly login: (user: string, password: string) => boolean;
  readonly mail: (mail: Handover) => Verdict;
}

/** One client's talk with a mail server, without encryption (RFC 5321, as much as senders use). */
export function serveSmtp(socket: Socket, rules: SmtpRules): void {
  const session = new Session(rules);
  let waiting = "";
  const say = (line: string) => socket.write(`${line}\r\n`);
  socket.setEncoding("utf8");
  // A client that goes away in the middle of a talk is nobody's trouble but its own.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    waiting += chunk;
    for (let end = waiting.indexOf("\r\n"); end >= 0; end = waiting.indexOf("\r\n")) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      const answer = session.take(line);
      if (answer === null) {
        socket.resetAndDestroy();
        return;
      }
      if (answer !== undefined) say(answer);
      if (answer?.startsWith("221") === true) socket.end();
    }
  });
  say("220 simulated mail server ESMTP");
}

const fixedAnswers: Readonly<Record<string, string>> = {
  EHLO: "250-simulated\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 SIZE 10485760",
  HELO: "250 OK",
  NOOP: "250 OK",
  QUIT: "221 Bye",
};

class Session {
  readonly #rules: SmtpRules;
  #from: string | undefined;
  #to: string[] = [];
  #content: string[] | undefined;

  constructor(rules: SmtpRules) {
    this.#rules = rules;
  }

  /** The answer to a line; undefined while a mail is being taken. */
  take(line: string): Verdict | undefined {
    if (this.#content) return this.#takeContent(this.#content, line);
    const [verb = "", ...rest] = line.split(" ");
    const word = verb.toUpperCase();
    return fixedAnswers[word] ?? this.#act(word, rest.join(" "));
  }

  #act(word: string, value: string): string {
    switch (word) {
      case "AUTH":
        return this.#login(value);
      case "MAIL":
        this.#from = addressIn(value);
        return "250 OK";
      case "RCPT":
        return this.#recipient(addressIn(value));
      case "DATA":
        if (this.#to.length === 0) return "503 Recipients first";
        this.#content = [];
        return "354 Go ahead";
      case "RSET":
        this.#reset();
        return "250 OK";
      default:
        return "502 Not known here";
    }
  }

  #login(value: string): string {
    const [, user = "", password = ""] = Buffer.from(value.replace(/^PLAIN /iu, ""), "base64")
      .toString("utf8")
      .split("\u0000");
    return this.#rules.login(user, password) ? "235 Welcome" : "535 5.7.8 Not welcome";
  }

  #recipient(address: string): string {
    const refusal = this.#rules.recipient(address);
    if (refusal !== undefined) return refusal;
    this.#to.push(address);
    return "250 OK";
  }

  #takeContent(content: string[], line: string): Verdict | undefined {
    if (line !== ".") {
      content.push(line.startsWith(".") ? line.slice(1) : line);
      return undefined;
    }
    const mail = { from: this.#from ?? "", to: this.#to, raw: content.join("\r\n") };
    this.#reset();
    return this.#rules.mail(mail);
  }

  #reset(): void {
    this.#from = undefined;
    this.#to = [];
    this.#content = undefined;
  }
}

function addressIn(value: string): string {
  return /<([^>]*)>/u.exec(value)?.[1] ?? "";
}
