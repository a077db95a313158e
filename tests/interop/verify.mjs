/**
 * Check with the independent libraries; nothing is loaded that the request does not hold.
 *
 * Reads {task, document | token, documents, now, …} and writes {verified, error, …}.
 */
import * as bitstring from '@digitalbazaar/vc-bitstring-status-list';
import * as jose from 'jose';
import * as vc from '@digitalbazaar/vc';
import jsonld from 'jsonld';
import * as rdfCanonize from 'rdf-canonize';
import {answer, describe, loaderFor, verifyingSuites} from './peer.mjs';

const TASKS = {credential, presentation, jwt, bits, canonical};

await answer(async request => TASKS[request.task](request));

async function credential({document, documents, now}) {
  const documentLoader = loaderFor(documents);
  const result = await vc.verifyCredential({
    credential: document,
    suite: verifyingSuites(),
    now,
    documentLoader,
    checkStatus: ({credential: checked}) => bitstring.checkStatus({
      credential: checked, documentLoader, suite: verifyingSuites(), verifyMatchingIssuers: true
    })
  });
  return {
    verified: result.verified,
    // `verified` says only that the list could be read; the bit stands here.
    status: result.statusResult?.results?.map(entry => entry.status) ?? null,
    error: describe(result.error ?? result.statusResult?.error)
  };
}

async function presentation({document, documents, challenge, domain, now}) {
  const result = await vc.verify({
    presentation: document,
    suite: verifyingSuites(),
    challenge,
    domain,
    now,
    documentLoader: loaderFor(documents)
  });
  return {verified: result.verified, error: describe(result.error ?? result.presentationResult?.error)};
}

async function jwt({token, documents, algorithms, now}) {
  const {kid} = jose.decodeProtectedHeader(token);
  const {document: method} = await loaderFor(documents)(kid);
  const {payload, protectedHeader} = await jose.jwtVerify(
    token, await jose.importJWK(method.publicKeyJwk, algorithms[0]),
    {algorithms, issuer: kid.split('#')[0], currentDate: new Date(now)});
  return {verified: true, payload, header: protectedHeader};
}

/** The bits of a status list at the asked places, and its length. */
async function bits({document, indices}) {
  const list = await bitstring.decodeList({encodedList: document.credentialSubject.encodedList});
  return {verified: true, length: list.length, bits: indices.map(index => list.getStatus(index))};
}

/** RDFC-1.0 in safe mode: what the signature is made over. */
async function canonical({document, documents, digest = 'SHA-256'}) {
  const documentLoader = loaderFor(documents);
  const dataset = await jsonld.toRDF(document, {
    documentLoader, safe: true, base: null, rdfDirection: 'i18n-datatype', produceGeneralizedRdf: false
  });
  const nquads = await rdfCanonize.canonize(dataset, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', messageDigestAlgorithm: digest
  });
  return {verified: true, nquads};
}
