// The table of what a secret looks like. One row per kind; no row may take more than time in proportion to the text.

export interface SecretKind {
  readonly kind: string;
  /** Global. What it finds, or its group `value`, is the secret. */
  readonly pattern: RegExp;
  /** A file with one is not sent at all: where one key lies there may be others that no row knows. */
  readonly certain: boolean;
}

const sure = (kind: string, pattern: RegExp): SecretKind => ({ kind, pattern, certain: true });
const likely = (kind: string, pattern: RegExp): SecretKind => ({ kind, pattern, certain: false });

/** Names of values that nobody should see, as part of a longer name too. */
const NAME = String.raw`(?:pass(?:word|wd|phrase)|(?:(?<![a-z])|pg|db|sql|smtp|mail|user|root)pass(?![a-z])|pwd|secret|token|credential|(?:api|access|auth|account|private|signing|encryption)[_-]?key)`;
/** The rest of the name, then what assigns; quotes may be escaped, as in JSON within JSON. */
const IS = String.raw`[\w.-]{0,40}[\\"'\]]{0,4}\s{0,8}(?::=|=>|[:=])\s{0,8}`;

export const SECRET_KINDS: readonly SecretKind[] = [
  // ----- Keys in files of their own -----
  sure(
    "private key",
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z0-9 ]{0,40}-----)?/g,
  ),
  sure("private key of PuTTY", /PuTTY-User-Key-File-\d[\s\S]*/g),
  sure("age key", /\bAGE-SECRET-KEY-1[0-9A-Z]{40,60}/gi),
  // ----- Forges and registries -----
  sure("GitHub token", /gh[oprsu]_\w{20,255}|github_pat_\w{20,255}/g),
  sure("GitLab token", /gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent)-[\w-]{20,100}/g),
  sure("npm token", /npm_[A-Za-z0-9]{30,60}/g),
  sure("PyPI token", /pypi-AgE[\w-]{40,400}/g),
  sure("Docker token", /dckr_(?:pat|oat)_[\w-]{20,60}/g),
  sure("RubyGems key", /rubygems_[a-f0-9]{40,60}/g),
  // ----- Language models -----
  sure("OpenAI or Anthropic key", /sk-(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Z])[\w-]{20,300}/g),
  sure("Hugging Face token", /\bhf_[A-Za-z0-9]{30,60}/g),
  sure("key of a model's endpoint", /\b(?:gsk|xai|pplx|r8|fw|nvapi)[_-](?=\w{0,100}\d)[\w-]{30,120}/g),
  // ----- Clouds -----
  sure("AWS access key", /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g),
  sure(
    "AWS secret key",
    /aws[\w.-]{0,30}[\\"'\]]{0,4}\s{0,8}[:=]{1,2}>?\s{0,8}[\\"']{0,2}(?<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/gi,
  ),
  sure("Google key", /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,40}|\bya29\.[\w-]{20,400}/g),
  sure(
    "Azure key",
    /(?:AccountKey|SharedAccessKey)=(?<value>[A-Za-z0-9+/%]{20,200}={0,2})|\bsig=(?<sas>[A-Za-z0-9%+/]{40,100})/gi,
  ),
  sure("Azure client secret", /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/g),
  sure("DigitalOcean token", /do[opr]_v1_[a-f0-9]{40,64}/g),
  // ----- Services -----
  sure("Slack token", /xox[a-z]-[\w-]{10,250}|\bxapp-\d-[\w-]{10,250}/g),
  sure("Slack webhook", /hooks\.slack\.com\/(?:services|workflows)\/[\w/-]{20,150}/g),
  sure("Discord webhook", /discord(?:app)?\.com\/api\/webhooks\/\d{10,25}\/[\w-]{40,100}/g),
  sure("Stripe key", /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,250}|\bwhsec_[A-Za-z0-9+/=]{20,100}/g),
  sure("SendGrid key", /\bSG\.[\w-]{16,40}\.[\w-]{16,80}/g),
  sure("Twilio key", /\bSK[a-f0-9]{32}\b/g),
  sure("Telegram token", /\b\d{8,11}:AA[\w-]{33}\b/g),
  sure("Shopify token", /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g),
  sure("Grafana, Sentry or Vault token", /\bgl(?:sa|c)_\w{30,200}|\bsntrys_[\w+/=]{30,400}|\bhvs\.[\w-]{24,200}/g),
  // ----- Carriers -----
  sure("JSON web token", /(?<![\w-])eyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{8,1000}/g),
  likely(
    "password in an address",
    /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`<>]{0,100}:(?<value>[^\s/@"'`<>]{3,200})@/gi,
  ),
  likely("password of a connection", /\b(?:password|pwd)=(?<value>[^;\s"'`]{3,200});/gi),
  likely("authorization", /\b(?:bearer|basic)\s{1,4}(?<value>(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{20,4000}={0,2})/gi),
  likely(
    "value called a secret",
    new RegExp(`${NAME}${IS}(?<quote>\\\\?["'\`])(?<value>[^\\s"'\`\\\\]{6,500})\\k<quote>`, "gi"),
  ),
  likely(
    "value called a secret",
    new RegExp(
      `^[+ -]?\\s{0,40}(?:export\\s{1,4})?[\\w.-]{0,40}${NAME}${IS}(?<value>[^\\s"'\`,;(){}\\[\\]]{8,500})\\s*$`,
      "gim",
    ),
  ),
  likely("value called a secret", new RegExp(`${NAME}[\\w.-]{0,40}=(?<value>[\\w.~+/-]{8,500})`, "gi")),
  likely(
    "value called a secret",
    new RegExp(
      `\\b(?:define|set|put|setenv|setProperty)\\(\\s{0,8}["'][\\w.-]{0,40}${NAME}[\\w.-]{0,40}["'],\\s{0,8}(?<quote>["'])(?<value>[^\\s"'\`\\\\]{6,500})\\k<quote>`,
      "gi",
    ),
  ),
  likely(
    "password",
    /^[+ -]?\s{0,40}(?:- )?["']?[\w.-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|PASS(?:WORD|WD|PHRASE)?|PWD)["']?[ \t]{0,8}[:=][ \t]{0,8}(?<value>(?!(?:credentials?|optional|required|password|disabled|enabled|nullable|unchanged)$)[a-z][a-z!@#$%^&*+-]{7,100})[ \t]*$/gm,
  ),
  likely(
    "password of a command",
    /\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]?\s{0,4}["']?[^\s:"'$]{1,100}:(?<value>[^\s"']{1,200})/g,
  ),
  likely(
    "key of a cipher",
    /(?:encryption|cipher|hmac|salt|ENCRYPTION|CIPHER|HMAC|SALT)[\w.-]{0,20}[\\"'\]]{0,4}\s{0,8}[:=]\s{0,8}[\\"']{0,2}(?<value>(?=[\w+/-]{0,200}\d)(?=[\w+/-]{0,200}[a-z])(?=[\w+/-]{0,200}[A-Z])[\w+/-]{16,200}={0,2})/g,
  ),
];

/** Files that hold secrets and little else, by their names in lower case. */
export const SECRET_FILES: readonly RegExp[] = [
  // `env` as a word of the name, but where the name ends as code or prose does.
  /^\.env(?:\..*)?$|\.env$|^\.env[_-][\w.-]+$/,
  /(?:^|[._-])env(?:[._-](?!(?:.*\.)?(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|scala|swift|php|c|h|cc|cpp|cs|lua|sh|bat|ps1|md|rst|html?|css|ya?ml|nix|lock)$)|$)/,
  /^\.(?:netrc|pgpass|htpasswd|npmrc|pypirc|git-credentials|dockercfg|my\.cnf|s3cfg|boto|vault-token)$|^_netrc$/,
  /^(?:id_(?:rsa|dsa|ecdsa|ed25519)|.*_rsa)$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|ppk|asc|gpg|kdbx|tfvars|tfstate|ovpn|mobileprovision)$/,
  /^(?:credentials?|secrets?|service[_-]?account.*|client_secret.*|kubeconfig|auth)(?:\.(?:json|ya?ml|toml|ini|txt|cfg|conf|properties|xml|env|enc))$/,
  /^(?:credentials?|kubeconfig|master\.key|terraform\.rc|\.terraformrc)$/,
];

/** The same by whole paths. */
export const SECRET_PATHS: readonly RegExp[] = [/(?:^|\/)(?:\.docker\/config\.json|\.kube\/config)$/];
