/** Who may use the app. Locally everybody on this machine; on AWS whoever holds the token. */
export interface AccessToken {
  /** `open`: no token needed. `unconfigured`: refuse everybody. Else the token to compare with. */
  read(): Promise<
    { readonly mode: "open" | "unconfigured" } | { readonly mode: "token"; readonly token: string }
  >;
}
