"""The stand-in for the official Node.js language host (pulumi-language-nodejs)."""
