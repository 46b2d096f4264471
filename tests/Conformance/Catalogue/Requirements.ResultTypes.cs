namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Results = "§5 Result Types";
    private const string AddSuccess = "§5 ADD Success";
    private const string IpamSuccess = "§5 Delegated plugins (IPAM)";
    private const string VersionSuccess = "§5 VERSION Success";
    private const string Error = "§5 Error";
    private const string Words = "its words reach the caller as they are";
    private const string WhatItPrints = "what it prints is in force: a runtime cannot tell what was changed from what was lost";

    private static IReadOnlyList<Requirement> ResultTypes =>
    [
        OfPlugin(Results, "result-printed", "Where an operation has a result, the plugin prints it.", "the operation has failed"),
        OfPlugin(AddSuccess, "result-object", "The result of an ADD is an object with interfaces, addresses, routes and DNS of the defined types.",
            "what plugins in Go could not read is refused with the field that is wrong, and the ADD undone; what they read all the same (letter case, nulls in lists, a cniVersion that is no text) is handed on in its proper form"),
        OfPlugin(AddSuccess, "result-version", "The result is in the version that was asked for.", "it is converted before anybody else sees it"),
        PluginsOwn(AddSuccess, "result-keeps-prev-result", "A plugin that is given a `prevResult` prints it, with its changes.", WhatItPrints),
        PluginsOwn(AddSuccess, "result-equivalent", "A plugin that changes nothing of it prints its equivalent.", WhatItPrints),
        OfPlugin(IpamSuccess, "ipam-result", "An IPAM plugin prints a result without interfaces.", "read all the same"),
        OfPlugin(VersionSuccess, "version-result", "The answer to VERSION has `cniVersion` and `supportedVersions`.",
            "unusable, except what plugins of 0.1.0 and 0.2.0 answer: a validation tells what is wrong with it, and ADD runs without it"),
        OfPlugin(Error, "error-names-field", "The message of error 2 has key and value of the field.", Words),
        OfPlugin(Error, "error-names-variables", "The message of error 4 has the names of the variables.", Words),
    ];
}
