namespace Bridge.Reports;

/// <summary>
/// What version 1.1.0 of the specification demands in its sections 1 to 5: each "must", "must not" and "required" once, and the steps of
/// section 3, which are commands without those words.
/// </summary>
internal static class Requirements
{
    private const string Format = "§1 Configuration format";
    private const string Objects = "§1 Plugin configuration objects";
    private const string Versions = "§1 Version considerations";
    private const string Protocol = "§2 Overview";
    private const string Parameters = "§2 Parameters, §3 Attachment Parameters";
    private const string Errors = "§2 Errors";
    private const string Add = "§2 ADD";
    private const string Delete = "§2 DEL";
    private const string Check = "§2 CHECK";
    private const string Status = "§2 STATUS";
    private const string Version = "§2 VERSION";
    private const string Collect = "§2 GC";
    private const string NotSeen = "a runtime does not inspect the container";
    private const string NotTold = "no other program sees what a plugin runs";
    private const string Ordering = "§3 Lifecycle & Ordering";
    private const string Adding = "§3 Adding an attachment";
    private const string Deleting = "§3 Deleting an attachment";
    private const string Checking = "§3 Checking an attachment";
    private const string Collecting = "§3 Garbage-collecting a network";
    private const string Deriving = "§3 Deriving request configuration";
    private const string Delegated = "§4 Plugin Delegation";
    private const string DelegatedProtocol = "§4 Delegated Plugin protocol";
    private const string DelegatedExecution = "§4 Delegated plugin execution procedure";
    private const string Results = "§5 Result Types";
    private const string AddSuccess = "§5 ADD Success";
    private const string IpamSuccess = "§5 Delegated plugins (IPAM)";
    private const string VersionSuccess = "§5 VERSION Success";
    private const string Error = "§5 Error";
    private const string PassedOn = "its text reaches the caller unchanged";
    private const string WhatItPrints = "its output counts: a runtime cannot tell a change from a loss";

    public static IReadOnlyList<Requirement> All { get; } =
    [
        .. NetworkConfigurationFormat, .. ExecutionProtocol, .. Operations, .. Lifecycle, .. Attaching, .. RequestConfiguration,
        .. Delegation, .. ResultTypes,
    ];

    private static Requirement OfRuntime(string section, string id, string text) => new(section, id, Duty.Runtime, text);

    private static Requirement OfFormat(string section, string id, string text, string otherwise) =>
        new(section, id, Duty.Format, text) { Otherwise = otherwise };

    private static Requirement OfPlugin(string section, string id, string text, string otherwise) =>
        new(section, id, Duty.Plugin, text) { Otherwise = otherwise };

    private static Requirement PluginsOwn(string section, string id, string text, string reason) =>
        new(section, id, Duty.Plugin, text) { PluginsOwn = reason };

    private static IReadOnlyList<Requirement> NetworkConfigurationFormat =>
    [
        OfFormat(Format, "name-characters", "A network's name starts with a letter or digit; letters, digits, `_`, `.` and `-` follow.",
            "the file is refused, with line and value"),
        OfFormat(Format, "name-file-path", "A network's name holds nothing that a file path may not.", "the file is refused"),
        OfRuntime(Format, "disable-check", "No CHECK for a network with `disableCheck`."),
        OfRuntime(Format, "disable-gc", "No GC for a network with `disableGC`."),
        OfRuntime(Format, "beside-appended",
            "Unless `loadOnlyInlinedPlugins` is true, plugins from other sources follow those of the list."),
        OfRuntime(Format, "beside-merged",
            "The plugins of the directory named for the network are merged into its list. "
            + "(The specification demands it where `loadOnlyInlinedPlugins` is true, which contradicts the description of that key; "
            + "CniInvoker merges where it is false, as libcni does.)"),
        OfFormat(Format, "inlined-only-needs-plugins", "`loadOnlyInlinedPlugins` is not true where there is no `plugins`.",
            "the file is refused"),
        OfRuntime(Objects, "beside-unambiguous", "Each plugin from another source belongs to one network, and it is clear to which."),
        OfRuntime(Objects, "beside-validated", "Plugins from other sources are validated like those of the list."),
        OfRuntime(Objects, "beside-invoked", "Each of them that is valid is run."),
        OfRuntime(Objects, "additional-fields", "Fields of a plugin that the specification does not define reach the plugin unchanged."),
        OfRuntime(Objects, "unknown-fields", "Unknown fields of a configuration are in the request that is made from it."),
        OfFormat(Objects, "type-required", "A plugin has a `type`.", "the file is refused"),
        OfFormat(Objects, "type-file-path", "A plugin's `type` holds nothing that a file name may not.", "the file is refused"),
        OfFormat(Objects, "ipam-type-file-path", "`ipam.type` holds nothing that a file name may not.", "the file is refused"),
        OfRuntime(Versions, "highest-version",
            "Of the versions in `cniVersion` and `cniVersions`, the highest that is supported is in force."),
        OfFormat(Versions, "major-compatible", "Within a major version the format stays compatible in both directions.",
            "fields of newer versions are kept; of a result only the version changes"),
    ];

    private static IReadOnlyList<Requirement> ExecutionProtocol =>
    [
        OfRuntime(Protocol, "runtime-namespace", "Plugins run in the runtime's network namespace, not in the container's."),
        OfRuntime(Parameters, "container-id-given", "A container ID is not empty."),
        OfRuntime(Parameters, "container-id-characters",
            "A container ID starts with a letter or digit; letters, digits, `_`, `.` and `-` follow."),
        OfPlugin(Parameters, "ifname-unusable", "A plugin that cannot use the interface name fails.",
            "its error fails the ADD, which is cleaned up"),
        OfRuntime(Parameters, "search-path-given", "The runtime knows the directories of plugins."),
        OfRuntime(Parameters, "search-path-passed", "Plugins find these directories in `CNI_PATH`."),
        OfPlugin(Errors, "exit-status", "A plugin exits with 0 on success, and with something else on failure.",
            "an error object with status 0 is a failure, unless it is something else, such as a log line; "
            + "a result with another status is a failure"),
    ];

    private static IReadOnlyList<Requirement> Operations =>
    [
        OfPlugin(Add, "add-prints-result", "A successful ADD prints a result.", "the ADD fails and is cleaned up"),
        PluginsOwn(Add, "add-handles-prev-result", "A plugin that is given a `prevResult` passes it on or changes it.",
            "its output counts: a runtime cannot tell a change from a loss"),
        PluginsOwn(Add, "add-existing-interface", "ADD fails when the interface exists already.", NotSeen),
        OfRuntime(Add, "add-environment", "ADD has `CNI_COMMAND`, `CNI_CONTAINERID`, `CNI_NETNS` and `CNI_IFNAME`."),
        OfRuntime(Delete, "del-prev-result", "DEL has a `prevResult`: that of the ADD."),
        OfPlugin(Delete, "del-repeatable", "DEL succeeds however often it runs, also when nothing remains to remove.",
            "its error reaches the caller; the attachment stays recorded, so that DEL can be repeated"),
        OfRuntime(Delete, "del-environment", "DEL has `CNI_COMMAND`, `CNI_CONTAINERID` and `CNI_IFNAME`."),
        PluginsOwn(Check, "check-consults-prev-result", "CHECK compares with `prevResult`.", NotSeen),
        PluginsOwn(Check, "check-allows-later-plugins", "CHECK allows for what later plugins of the chain have changed.", NotSeen),
        PluginsOwn(Check, "check-right-after-add", "CHECK may come at once after ADD.",
            "a runtime cannot know how long to wait for which plugin"),
        OfRuntime(Check, "check-only-attached", "No CHECK of what was never added, or is deleted."),
        OfRuntime(Check, "check-not-disabled", "No CHECK where the configuration disables it."),
        OfRuntime(Check, "check-prev-result", "CHECK has the result of the ADD just before as `prevResult`."),
        OfRuntime(Check, "check-environment", "CHECK has `CNI_COMMAND`, `CNI_CONTAINERID`, `CNI_NETNS` and `CNI_IFNAME`."),
        OfRuntime(Check, "check-same-parameters", "All parameters of CHECK but `CNI_PATH` are those of the ADD."),
        OfPlugin(Status, "status-ready", "STATUS exits with 0 when ADD can be served.", "any other exit status means that it cannot"),
        OfPlugin(Status, "status-not-ready", "STATUS exits with another status, and prints an error, where ADD cannot be served.",
            "a printed error counts whatever the exit status; an exit status without an error is reported as such"),
        PluginsOwn(Status, "status-not-relied-on", "A plugin does not rely on STATUS being called.",
            "CniInvoker's ADD never asks for it"),
        PluginsOwn(Status, "status-delegated", "STATUS includes that of the plugins delegated to.", NotTold),
        OfRuntime(Version, "version-environment", "VERSION has `CNI_COMMAND`."),
        PluginsOwn(Collect, "gc-delegated", "GC is passed to the plugins delegated to.", NotTold),
        OfRuntime(Collect, "gc-no-substitute", "GC does not replace DEL."),
        OfRuntime(Collect, "gc-configuration", "GC has a configuration on stdin, with the attachments that are valid."),
        OfRuntime(Collect, "gc-environment", "GC has `CNI_COMMAND` and `CNI_PATH`."),
    ];

    private static IReadOnlyList<Requirement> Lifecycle =>
    [
        OfRuntime(Ordering, "namespace-first", "The container's network namespace exists before any plugin runs."),
        OfRuntime(Ordering, "one-operation-at-a-time", "No two operations at once for one container, on whatever network."),
        OfRuntime(Ordering, "gc-alone", "GC does not start while an ADD or a DEL is under way."),
        OfRuntime(Ordering, "gc-awaited", "ADD and DEL wait for a GC that is under way."),
        PluginsOwn(Ordering, "plugin-concurrency", "A plugin may run for several containers at once.",
            "users expect a runtime to serve containers in parallel"),
        PluginsOwn(Ordering, "plugin-locks", "A plugin locks what its runs share.", NotTold),
        OfRuntime(Ordering, "add-then-del", "Every ADD is followed by a DEL in the end, unless the host is lost."),
        OfRuntime(Ordering, "del-after-failed-add", "DEL follows also an ADD that failed."),
    ];

    private static IReadOnlyList<Requirement> Attaching =>
    [
        OfRuntime(Adding, "add-order", "ADD runs the plugins in the order of the list."),
        OfRuntime(Adding, "add-missing-plugin", "A missing plugin fails the ADD."),
        OfRuntime(Adding, "add-prev-result", "The first plugin has no previous result, each other that of the one before."),
        OfRuntime(Adding, "add-stops", "The first error ends the ADD and reaches the caller."),
        OfRuntime(Adding, "result-stored", "The last plugin's result is kept where it outlives the process."),
        OfRuntime(Deleting, "del-order", "DEL runs the plugins in reverse."),
        OfRuntime(Deleting, "del-final-result", "Every plugin of a DEL has the final result of the ADD."),
        OfRuntime(Deleting, "del-missing-plugin", "A missing plugin fails the DEL."),
        OfRuntime(Deleting, "del-stops", "The first error ends the DEL and reaches the caller."),
        OfRuntime(Checking, "check-same-attachment", "CHECK has the attachment parameters of the ADD."),
        OfRuntime(Checking, "check-order", "CHECK runs the plugins in the order of the list, each with the final result of the ADD."),
        OfRuntime(Checking, "check-missing-plugin", "A missing plugin fails the CHECK."),
        OfRuntime(Checking, "check-disabled-succeeds", "CHECK succeeds where the network disables it."),
        OfRuntime(Checking, "check-stops", "The first error ends the CHECK and reaches the caller."),
        OfRuntime(Collecting, "gc-missing-plugin", "A missing plugin is an error of the GC."),
        OfRuntime(Collecting, "gc-goes-on", "GC goes on after an error, and the caller gets all of them."),
    ];

    private static IReadOnlyList<Requirement> RequestConfiguration =>
    [
        OfRuntime(Deriving, "request-of-one-plugin",
            "What a plugin reads is a configuration of that plugin alone, made from the network's."),
        OfRuntime(Deriving, "request-version", "It has the `cniVersion` that was chosen."),
        OfRuntime(Deriving, "request-name", "It has the `name` of the network."),
        OfRuntime(Deriving, "request-runtime-config",
            "For an attachment it has `runtimeConfig`: what the plugin declares as a capability and the runtime provides."),
        OfRuntime(Deriving, "request-prev-result", "For an attachment it has `prevResult`, but not for the first plugin of an ADD."),
        OfRuntime(Deriving, "request-capabilities", "For an attachment it has no `capabilities`."),
        OfRuntime(Deriving, "request-valid-attachments", "For GC it has `cni.dev/valid-attachments`."),
    ];

    private static IReadOnlyList<Requirement> Delegation =>
    [
        OfPlugin(Delegated, "ipam-answers", "An IPAM plugin answers with address, gateway and routes.",
            "where CniInvoker runs it, an answer that is not a result fails the operation, which is cleaned up"),
        OfPlugin(DelegatedProtocol, "delegate-environment", "A plugin that is delegated to has the environment of the one that delegates.",
            "where CniInvoker runs it, it gets that environment"),
        PluginsOwn(DelegatedExecution, "delegate-executed", "CHECK, DEL and GC include the plugins delegated to.", NotTold),
    ];

    private static IReadOnlyList<Requirement> ResultTypes =>
    [
        OfPlugin(Results, "result-printed", "Where an operation has a result, the plugin prints it.", "the operation has failed"),
        OfPlugin(AddSuccess, "result-object",
            "The result of an ADD is an object with interfaces, addresses, routes and DNS of the defined types.",
            "what plugins in Go could not read is refused with the name of the wrong field, and the ADD is cleaned up; "
            + "what they read all the same (letter case, nulls in lists, a cniVersion that is not a string) is passed on in its proper " +
                "form"),
        OfPlugin(AddSuccess, "result-version", "The result is in the version that was asked for.",
            "it is converted before anything else reads it"),
        PluginsOwn(AddSuccess, "result-keeps-prev-result", "A plugin that is given a `prevResult` prints it, with its changes.",
            WhatItPrints),
        PluginsOwn(AddSuccess, "result-equivalent", "A plugin that changes nothing of it prints its equivalent.", WhatItPrints),
        OfPlugin(IpamSuccess, "ipam-result", "An IPAM plugin prints a result without interfaces.", "read all the same"),
        OfPlugin(VersionSuccess, "version-result", "The answer to VERSION has `cniVersion` and `supportedVersions`.",
            "unusable, except the answers of plugins of 0.1.0 and 0.2.0: a validation reports the fault, and ADD runs without it"),
        OfPlugin(Error, "error-names-field", "The message of error 2 has key and value of the field.", PassedOn),
        OfPlugin(Error, "error-names-variables", "The message of error 4 has the names of the variables.", PassedOn),
    ];
}
