// Secrets of every kind that open nothing. They are put together here, so that no file of this repository holds one.

const LETTERS = ["aB3dE5gH7", "jK9mN1pQ2", "rS4tU6vW8", "xY0zA"].join("");

/** Letters and digits, no two parts alike. */
function random(length: number, salt = 0): string {
  let text = "";
  for (let i = 0; i < length; i++) text += LETTERS.charAt((i * 7 + salt * 11 + Math.floor(i / 5) * 3) % LETTERS.length);
  return text;
}

const upper = (length: number) => random(length).toUpperCase();
const hex = (length: number) => "0123456789abcdef".repeat(8).slice(3, 3 + length);
const part = (...parts: readonly string[]) => parts.join("");
const web = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
const claims = Buffer.from('{"sub":"1234567890","admin":true}').toString("base64url");

/** Each as `[kind, text that holds it, what must not leave]`. */
export const CANARIES: readonly (readonly [string, string, string])[] = [
  same("GitHub token", part("gh", "p_", random(36))),
  same("GitHub OAuth token", part("gh", "o_", random(36, 1))),
  same("GitHub server token", part("gh", "s_", random(36, 2))),
  same("GitHub fine-grained token", part("github", "_pat_", random(22), "_", random(59))),
  same("GitLab token", part("gl", "pat-", random(20))),
  same("OpenAI key", part("s", "k-", random(48))),
  same("OpenAI project key", part("s", "k-proj-", random(60))),
  same("Anthropic key", part("s", "k-ant-api03-", random(90), "-AA")),
  same("Hugging Face token", part("h", "f_", random(34))),
  same("AWS access key", part("AK", "IA", upper(16))),
  inside("AWS secret key", (key) => part("aws_secret_access_", "key = ", key), `${random(20)}/${random(19, 3)}`),
  same("Google key", part("AI", "za", random(35))),
  same("Slack token", part("xo", "xb-", "123456789012-", random(24))),
  same("Stripe key", part("s", "k_live_", random(24))),
  same("npm token", part("np", "m_", random(36))),
  same("PyPI token", part("py", "pi-AgEIcHlwaS5vcmc", random(60))),
  same("SendGrid key", part("S", "G.", random(22), ".", random(43))),
  same("Twilio key", part("S", "K", hex(32))),
  same("Telegram token", part("123456789", ":A", "A", random(33))),
  same("JSON web token", `${web}.${claims}.${random(43)}`),
  inside("password in an address", (key) => part("postgres", "://app:", key, "@db.local:5432/app"), "hunter2-Hunter2"),
  inside("password of a connection", (key) => part("Server=db;Pass", "word=", key, ";"), "hunter2+Hunter2"),
  inside("Azure key", (key) => part("AccountName=x;Account", "Key=", key), `${random(86)}==`),
  inside("authorization", (key) => part("Authorization: Bea", "rer ", key), random(40, 4)),
  inside("assignment in code", (key) => part("const pass", 'word = "', key, '";'), "correcthorsebattery"),
  inside("assignment in JSON", (key) => part('"client_sec', 'ret": "', key, '",'), "correct-horse-battery1"),
  inside("assignment without quotes", (key) => part("API_", "TOKEN=", key), "tok3n-of-the-house"),
  inside("password of a database", (key) => part("DB_", "PASS=", key), "S3cr3tPa55-of-the-house"),
  inside("password of PostgreSQL", (key) => part("export PG", "PASS=", key), "Sup3rS3cret9"),
  inside("password by a short name", (key) => part('{"pa', 'ss":"', key, '"}'), "Sup3rS3cret9"),
  inside("password of a definition", (key) => part("define('DB_PASS", "WORD', '", key, "');"), "hunter2xyz-hunter"),
  inside(
    "password of a command",
    (key) => part("curl -s -", "u admin:", key, " https://x.example.org"),
    "Sup3rS3cret9",
  ),
  inside("key of a cipher", (key) => part("ENCRYP", "TION=", key), "k9X2mQ7pL4vR8tZ1"),
  same("random string", random(40, 5)),
  inside("private key", pem, random(64, 6)),
  inside("private key of OpenSSH", (key) => pem(key, "OPENSSH "), random(64, 7)),
];

function same(kind: string, text: string) {
  return [kind, text, text] as const;
}

function inside(kind: string, write: (key: string) => string, key: string) {
  return [kind, write(key), key] as const;
}

function pem(key: string, kind = "RSA "): string {
  return [
    `-----BEGIN ${kind}PRIVATE`,
    ` KEY-----\n${key}\n${random(40, 8)}\n-----END ${kind}PRIVATE`,
    " KEY-----",
  ].join("");
}
