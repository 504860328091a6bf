import { generateKeyPairSync, type KeyObject } from 'node:crypto';

const pem = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

export const rsaPublicKey = (modulusLength: number): string =>
  pem(generateKeyPairSync('rsa', { modulusLength }).publicKey);

export const ecPublicKey = (namedCurve = 'P-256'): string => pem(generateKeyPairSync('ec', { namedCurve }).publicKey);

export const ed25519PublicKey = (): string => pem(generateKeyPairSync('ed25519').publicKey);

export const ed448PublicKey = (): string => pem(generateKeyPairSync('ed448').publicKey);

export const rsaPssPublicKey = (modulusLength: number): string =>
  pem(generateKeyPairSync('rsa-pss', { modulusLength }).publicKey);

export const ecPrivateKey = (type: 'pkcs8' | 'sec1'): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type, format: 'pem' }).toString();
