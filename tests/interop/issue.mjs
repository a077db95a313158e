/**
 * Sign with the independent libraries, with a key made here and thrown away.
 *
 * Reads {task, document, documents, curve, did, …} and writes {document | token, did,
 * didDocument}. Without `did` the issuer becomes a did:key.
 */
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';
import * as jose from 'jose';
import {SUITES, answer, didDocument, loaderFor} from './peer.mjs';

const TASKS = {credential, presentation, jwt, legacy};

await answer(async request => TASKS[request.task](request));

async function makeKey({curve = 'Ed25519', did}) {
  const {generate, keyOptions, cryptosuite} = SUITES[curve];
  const key = await generate(keyOptions);
  const controller = did ?? `did:key:${key.publicKeyMultibase}`;
  key.controller = controller;
  key.id = `${controller}#${did ? 'key-1' : key.publicKeyMultibase}`;
  const {publicKeyMultibase} = key;
  return {
    key, controller, cryptosuite, document: didDocument(controller, {id: key.id, publicKeyMultibase})
  };
}

function issuedBy(document, id) {
  const {issuer} = document;
  return {...document, issuer: typeof issuer === 'string' ? id : {...issuer, id}};
}

async function credential(request) {
  const {key, controller, cryptosuite, document} = await makeKey(request);
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: request.created});
  const signed = await vc.issue({
    credential: issuedBy(request.document, controller),
    suite,
    now: request.now,
    documentLoader: loaderFor(request.documents)
  });
  return {document: signed, did: controller, didDocument: document};
}

async function presentation(request) {
  const {key, controller, cryptosuite, document} = await makeKey(request);
  const documentLoader = loaderFor(request.documents);
  const unsigned = vc.createPresentation({
    verifiableCredential: request.credentials, holder: controller, now: request.now
  });
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: request.created});
  const {challenge, domain} = request;
  const signed = await vc.signPresentation({
    presentation: unsigned, suite, challenge, domain, documentLoader
  });
  return {document: signed, did: controller, didDocument: document};
}

/** A VC-JWT as Open Badges 3.0, section 8.2, describes it. */
async function jwt({document, alg, did}) {
  const {privateKey, publicKey} = await jose.generateKeyPair(alg, {extractable: true});
  const kid = `${did}#key-1`;
  const credential = issuedBy(document, did);
  const seconds = moment => Math.floor(Date.parse(moment) / 1000);
  const payload = {
    ...credential,
    iss: did,
    sub: credential.credentialSubject.id,
    jti: credential.id,
    nbf: seconds(credential.validFrom),
    ...(credential.validUntil ? {exp: seconds(credential.validUntil)} : {})
  };
  const token = await new jose.SignJWT(payload)
    .setProtectedHeader({alg, kid, typ: 'JWT'})
    .sign(privateKey);
  const publicKeyJwk = await jose.exportJWK(publicKey);
  const method = {id: kid, type: 'JsonWebKey', controller: did, publicKeyJwk};
  return {
    token,
    did,
    didDocument: {
      '@context': ['https://www.w3.org/ns/did/v1'],
      id: did,
      verificationMethod: [method],
      assertionMethod: [kid]
    }
  };
}

/** A VC 1.1 badge with Ed25519Signature2020, as older issuers still hand them out. */
async function legacy({document, documents, created, now}) {
  const made = await Ed25519VerificationKey2020.generate();
  const did = `did:key:${made.fingerprint()}`;
  made.controller = did;
  made.id = `${did}#${made.fingerprint()}`;
  const signed = await vc.issue({
    credential: issuedBy(document, did),
    suite: new Ed25519Signature2020({key: made, date: created}),
    now,
    documentLoader: loaderFor(documents)
  });
  return {document: signed, did};
}
