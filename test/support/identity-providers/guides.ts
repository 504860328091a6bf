import { auth0 } from './auth0.ts';
import { betterAuth } from './better-auth.ts';
import { clerk } from './clerk.ts';
import { cognito } from './cognito.ts';
import { entraV1 } from './entra-v1.ts';
import { entraV2 } from './entra-v2.ts';
import { firebase } from './firebase.ts';
import { googleIap } from './google-iap.ts';
import { keycloak } from './keycloak.ts';
import { logto } from './logto.ts';
import { okta } from './okta.ts';
import type { ProviderGuide } from './provider-guide.ts';
import { spring } from './spring.ts';
import { supabaseKeys, supabaseSecret } from './supabase.ts';
import { zitadel } from './zitadel.ts';

/** In the order of the page. */
export const guides: readonly ProviderGuide[] = [
  ...[auth0, keycloak, cognito, entraV2, entraV1, okta, firebase, supabaseKeys, supabaseSecret],
  ...[clerk, logto, betterAuth, zitadel, googleIap, spring],
];
