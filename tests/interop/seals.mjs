/**
 * Electronic seals with jose: a JWS in general JSON form over the text as it stands (b64: false).
 *
 * `check` reads {sealed} and writes {verified, text, seals: [{header, subject, text}]};
 * `seal` reads {text, parties: [{key, chain, kid, alg, iat}]} (PEM) and writes {sealed}.
 * Nothing of JAdES is known to jose: the header's rules are written here a second time.
 */
import * as jose from 'jose';
import {X509Certificate, createHash} from 'node:crypto';
import {answer} from './peer.mjs';

const TASKS = {check, seal};

await answer(async request => TASKS[request.task](request));

function certificateOf(protectedHeader) {
  const [leaf] = protectedHeader.x5c;
  const der = Buffer.from(leaf, 'base64');
  const digest = createHash('sha256').update(der).digest('base64url');
  if(digest !== protectedHeader['x5t#S256']) {
    throw new Error('x5t#S256 is of another certificate');
  }
  return new X509Certificate(der);
}

/** The key is that of the certificate in the header. */
async function keyOf(protectedHeader) {
  return jose.importX509(certificateOf(protectedHeader).toString(), protectedHeader.alg);
}

async function check({sealed}) {
  const file = JSON.parse(sealed);
  const algorithms = ['RS256', 'ES256', 'ES384'];
  // One seal that holds is enough for generalVerify; here every one must.
  const found = await jose.generalVerify(file, keyOf, {algorithms});
  const seals = [];
  for(const signature of file.signatures) {
    const one = await jose.flattenedVerify({payload: file.payload, ...signature}, keyOf, {algorithms});
    const {subject} = certificateOf(one.protectedHeader);
    seals.push({header: one.protectedHeader, subject, text: new TextDecoder().decode(one.payload)});
  }
  return {verified: true, text: new TextDecoder().decode(found.payload), seals};
}

async function seal({text, parties}) {
  const signing = new jose.GeneralSign(new TextEncoder().encode(text));
  for(const {key, chain, kid, alg, iat} of parties) {
    const certificates = chain.map(pem => new X509Certificate(pem).raw);
    signing.addSignature(await jose.importPKCS8(key, alg), {crit: {b64: true}}).setProtectedHeader({
      alg,
      typ: 'jose+json',
      cty: 'octet-stream',
      b64: false,
      'x5t#S256': createHash('sha256').update(certificates[0]).digest('base64url'),
      x5c: certificates.map(der => der.toString('base64')),
      kid,
      iat,
      crit: ['b64']
    });
  }
  // jose leaves an unencoded payload to whoever carries it.
  const {signatures} = await signing.sign();
  return {verified: true, sealed: JSON.stringify({payload: text, signatures})};
}
