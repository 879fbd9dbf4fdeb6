/* jwt_fixture.h -- keys and tokens made with jose 5 (npm): of https://issuer.example for "chat", about "ann", issued at
 * Unix time 1000000000, good for an hour. The private keys are gone.
 */
#ifndef MOONWIRE_JWT_FIXTURE_H
#define MOONWIRE_JWT_FIXTURE_H

#define ISSUED_AT 1000000000

#define RSA_N                                                                                                          \
  "zO2HvV8pgZdgj69gnVqNEQ6-UBwpYdRuEd1w48vU0o-lDtGoXmKwCnBwRdhOrYFz_Bk5rRA5p4T_qNRKKX_uAowXTGUdVXGU"                   \
  "UDZTu164TDC1bxJDEtddWNm0mKbKaBA0_iAI4q1-AKrSvAmkxg6sfcX3Dc96swP2yQHjNQQlzi0QpMh1QdSjVCmCkhF9vPMA"                   \
  "PwMu7s-imBaHmn8OtFTENXKMHceHQODeegYV5oydRNMLrouzqmGZgBVUaFR4CZJi8nbNITAOzDvHhR9vqcJlNnSRdRcgwVKP"                   \
  "_Pe4RFepAMh1CqEAm2kRtKp9u7XTMum50yrq_CcvdP3gPBccyZrUvw"
#define RSA_E "AQAB"
#define P256_X "KhkhBpADeOGDhRvW1hFMOPJSZQeDd7F3OLmJKxf1C6c"
#define P256_Y "K-GrojLdkFqDCWWIpYUfyrcbbCgm4ol0Gndu86eBbFE"
#define P384_X "LcnU5K1nYsKPZagdFrGBz2v6tbd1BBqA1YmfQqpvPxmN4Na_4sH28Vp08zJqu2X2"
#define P384_Y "NRcDq32d3VsL3IBDxxYVZ5GOzKSk7jKGKTn-Dh4-g4fr0R_Q4Izf_boRVmD6BI6B"
#define ED25519_X "1p3tc2FOXJJ_cEmfVCowkihUbZ5O_-SPcOkxO3uBbE8"
#define TOKEN_RS256                                                                                                    \
  "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhdCI"                   \
  "sInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.Ii-W-QDhxur17ZYlRj_-L-apy7LDp8jQ"                   \
  "9jYi6plxZB0ceZUyJDpoBOb_DTAhrULCi2B5iAmcpqEN2yX-19ixt-Ao9ea5_Tazsidrs84XJj8_pxt7C_UbcEDyMeh7X3ED"                   \
  "rq1ROQYtxu_3xtgtTV72wHDoMohhKOXFkKpJXQO6j6hk9bZEYkFI8RW5W5slRiyWvfOjZ9NV5taiyGlrQvqsUn8ESr56QCVk"                   \
  "Pc-loPCwz_lxvTTK2ugYFalZgiBK4JBdL030jTZuKcBdXSSyRzmQOW9EID6qXomV013k2nZqdNuTT8B0Qo2OKMCqv91oeLyQ"                   \
  "Wu-QeYmdpjr21Fimjyff8w"
#define TOKEN_RS384                                                                                                    \
  "eyJhbGciOiJSUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhdCI"                   \
  "sInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.lADGTNUOr6WcQdo38BAEh_OMe-Fv2bC4"                   \
  "LYJruLbt9NO73eIjTIyD-_X9CExveYA6X-NQu5rRM0Z4KcwG8o6_AP4fxdaWK_-4GwqCESkv0Aq1BfixN9xoZNsSDBVNS7-W"                   \
  "ownrBpnEadAG70EQEU8Fqp3cUxrLeIvbcrVhbKuKi_lSVJOFi4AWOuZOtNGkCrZYE4OrD4easIA_eujTQfO1E81c5t7LptUb"                   \
  "yC8bxQTUBYO3-F5vXWXQVaajvZEGmabJuBkquXoCUdF-2f060IYcwHNPHDSI1ybj_LkmvM3vzZBgXoosH1z-_GOg68Ff6SPX"                   \
  "P3kqofwW3VswHs14AEf15g"
#define TOKEN_RS512                                                                                                    \
  "eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhdCI"                   \
  "sInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.XXOdmNJSvGqmLRgeT_V89lXskIK0tX5M"                   \
  "QNr7F4ItVO2ZKSDmRlKuh7X0-SSgncs4rNq5YE5Lu5n5AOOVpapVJS4IkYRX88mm74sO5Zpdp07UEctHMzbtOkSXsVN9XkLI"                   \
  "Ol8adhmlugWD7om0ho_JWuO97UX8fx1OkDprrnYck6kt1ZcIkhng7woDZqnd5VqgdZjyofOkb-aogkcIfFZ59ndNTrPY3EqC"                   \
  "3FXtgS4hgnH-bQ_uWcmy_f1c4wh41Yp-43YkEX3U7Y7_dCboXt5NB4ibWtaJnABjhReSPOffk30zBo0aZ3nLsomBDZMy4SNo"                   \
  "cpkcQKE_ols2pvuvJ30-ZA"
#define TOKEN_PS256                                                                                                    \
  "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhdCI"                   \
  "sInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.ERkgk1COlcEr8Qr2Qs1FM_HzKkf4dSWL"                   \
  "5HwrYZLJ18mpcdM2aChatalUd-4nsOJ0ff1IUdZJ_QE_6XaeE_83bZAc96BTPWQKSui_Gw9YqzKzItXwPN6HVIEeJR45GONQ"                   \
  "uFYsHmIOAi_v3b40IpWDdRuzBWsgoBaX5ZFh22DJGSYcJ9QFnf0O6pzy_Qn44X2q7c2LtWyJvFdOF_DDT-td1HCqyeYtqOuK"                   \
  "STQs-CR0pWkZquaDs_bW9NG6oSfE3ZXeR2lKChIFwoYIxygoF0BqIKUAlFSymGaXoTabJNVLW84gdvJQMLTvMwcnRP-OoCjR"                   \
  "2mx85eu9S2qOT8q-NBAuiQ"
#define TOKEN_ES256                                                                                                    \
  "eyJhbGciOiJFUzI1NiIsImtpZCI6InAyNTYifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhd"                   \
  "CIsInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.fqxT0T6VF48eL8lQymSwmv5fGpy7uf"                   \
  "13VFwRiOu2rxoy8e7Ga-K-8pvF_mzV97WtpG5jQJLJVX5PtVKNs4s-Nw"
#define TOKEN_ES384                                                                                                    \
  "eyJhbGciOiJFUzM4NCIsImtpZCI6InAzODQifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhd"                   \
  "CIsInN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.ry14OzD4N5THjOzehP8Hwdn520D8Zl"                   \
  "nA5sKLUK1bfhII-bT9bjUbPRY7iP6sgGT6-SOt1uUc0mO0IN21nOIMwywF_Nqminc2zL9d6-m-L6w38ty4BCZBKmesh_nmEO"                   \
  "zM"
#define TOKEN_EDDSA                                                                                                    \
  "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiY2hhdCIs"                   \
  "InN1YiI6ImFubiIsImlhdCI6MTAwMDAwMDAwMCwiZXhwIjoxMDAwMDAzNjAwfQ.3QQikLNEF5EFjvmtTvJD63V06oU5OtFsb"                   \
  "5LE9eBQLRiVGp-X5MjsDRsyDyS5THZusfWY04JCIlpUWr4Db4deBQ"

/* The members that make a key, and one with its id. */
#define RSA_MEMBERS "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"" RSA_E "\""
#define P256_MEMBERS "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\""
#define P384_MEMBERS "\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" P384_X "\",\"y\":\"" P384_Y "\""
#define ED25519_MEMBERS "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\""
#define NAMED(kid, members) "{\"kid\":\"" kid "\"," members "}"

/* All four as a set. */
#define KEY_SET                                                                                                        \
  "{\"keys\":[" NAMED("rsa", RSA_MEMBERS) "," NAMED("p256", P256_MEMBERS) "," NAMED("p384", P384_MEMBERS) "," NAMED(   \
      "ed", ED25519_MEMBERS) "]}"

#endif
