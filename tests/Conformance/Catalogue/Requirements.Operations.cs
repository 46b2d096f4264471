namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Add = "§2 ADD";
    private const string Delete = "§2 DEL";
    private const string Check = "§2 CHECK";
    private const string Status = "§2 STATUS";
    private const string Version = "§2 VERSION";
    private const string Collect = "§2 GC";
    private const string NotSeen = "a runtime does not look into the container";
    private const string NotTold = "what one plugin runs, no other program is told of";

    private static IReadOnlyList<Requirement> Operations =>
    [
        OfPlugin(Add, "add-prints-result", "A successful ADD prints a result.", "the ADD has failed, and is undone"),
        PluginsOwn(Add, "add-handles-prev-result", "A plugin that is given a `prevResult` passes it on or changes it.",
            "what it prints is in force: a runtime cannot tell what was changed from what was lost"),
        PluginsOwn(Add, "add-existing-interface", "ADD fails where the interface is there already.", NotSeen),
        OfRuntime(Add, "add-environment", "ADD has `CNI_COMMAND`, `CNI_CONTAINERID`, `CNI_NETNS` and `CNI_IFNAME`."),
        OfRuntime(Delete, "del-prev-result", "DEL has a `prevResult`: that of the ADD."),
        OfPlugin(Delete, "del-repeatable", "DEL succeeds as often as it is asked for, also where nothing is left to remove.",
            "its error is passed on, with the attachment still known, so that DEL can be tried again"),
        OfRuntime(Delete, "del-environment", "DEL has `CNI_COMMAND`, `CNI_CONTAINERID` and `CNI_IFNAME`."),
        PluginsOwn(Check, "check-consults-prev-result", "CHECK goes by `prevResult`.", NotSeen),
        PluginsOwn(Check, "check-allows-later-plugins", "CHECK allows for what later plugins of the chain have changed.", NotSeen),
        PluginsOwn(Check, "check-right-after-add", "CHECK may come at once after ADD.", "a runtime cannot know how long to wait for which plugin"),
        OfRuntime(Check, "check-only-attached", "No CHECK of what was never added, or is deleted."),
        OfRuntime(Check, "check-not-disabled", "No CHECK where the configuration disables it."),
        OfRuntime(Check, "check-prev-result", "CHECK has the result of the ADD just before as `prevResult`."),
        OfRuntime(Check, "check-environment", "CHECK has `CNI_COMMAND`, `CNI_CONTAINERID`, `CNI_NETNS` and `CNI_IFNAME`."),
        OfRuntime(Check, "check-same-parameters", "All parameters of CHECK but `CNI_PATH` are those of the ADD."),
        OfPlugin(Status, "status-ready", "STATUS exits with 0 where ADD can be served.", "any other status means that it cannot"),
        OfPlugin(Status, "status-not-ready", "STATUS exits with another status, and prints an error, where ADD cannot be served.",
            "an error that is printed counts whatever the status, and a status without an error is told as such"),
        PluginsOwn(Status, "status-not-relied-on", "A plugin does not rely on being asked for its STATUS.", "ADD never asks for it here, so that one that does is found out"),
        PluginsOwn(Status, "status-delegated", "STATUS includes that of the plugins delegated to.", NotTold),
        OfRuntime(Version, "version-environment", "VERSION has `CNI_COMMAND`."),
        PluginsOwn(Collect, "gc-delegated", "GC is passed to the plugins delegated to.", NotTold),
        OfRuntime(Collect, "gc-no-substitute", "GC does not stand in for DEL."),
        OfRuntime(Collect, "gc-configuration", "GC has a configuration on stdin, with the attachments that are valid."),
        OfRuntime(Collect, "gc-environment", "GC has `CNI_COMMAND` and `CNI_PATH`."),
    ];
}
