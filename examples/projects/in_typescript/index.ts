/**
 * A service on a cluster of another project's, from TypeScript.
 *
 *     pulumi package add ../../../components
 *     pulumi config set cluster organization/shop/dev
 */
import * as pulumi from "@pulumi/pulumi";
import * as foxden from "@pulumi/foxden";

const config = new pulumi.Config();
const shop = new pulumi.StackReference(config.require("cluster"));
const connection = shop.requireOutput("connection");
// The tokens in it make the whole of it a secret; the rest of it is none.
const plain = pulumi.unsecret(connection);

const reports = new foxden.Service("reports", {
    cluster: {
        // What decides which resources there are is said here.
        scheduler: "nomad",
        environment: "shop",
        domain: plain.apply(known => known.domain),
        address: plain.apply(known => known.address),
        token: connection.apply(known => known.token),
        discoveryAddress: plain.apply(known => known.discovery_address),
        discoveryToken: connection.apply(known => known.discovery_token),
        options: { command_driver: "raw_exec" },
    },
    command: ["/bin/sh", "-c", 'exec python3 -m http.server --bind 127.0.0.1 "$PORT"'],
    version: config.get("version") ?? "1.0.0",
    port: 8080,
    health: { path: "/" },
    routes: [{ host: "reports" }],
});

export const url = reports.url;
export const version = reports.version;
