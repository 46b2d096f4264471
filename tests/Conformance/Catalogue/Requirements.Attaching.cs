namespace Bridge.Conformance;

// What §3 tells to do step by step: commands, most of them without a "must".
internal static partial class Requirements
{
    private const string Adding = "§3 Adding an attachment";
    private const string Deleting = "§3 Deleting an attachment";
    private const string Checking = "§3 Checking an attachment";
    private const string Collecting = "§3 Garbage-collecting a network";

    private static IReadOnlyList<Requirement> Attaching =>
    [
        OfRuntime(Adding, "add-order", "ADD runs the plugins in the order of the list."),
        OfRuntime(Adding, "add-missing-plugin", "A plugin that is not there fails the ADD."),
        OfRuntime(Adding, "add-prev-result", "The first plugin has no previous result, each other that of the one before."),
        OfRuntime(Adding, "add-stops", "The first error ends the ADD and reaches the caller."),
        OfRuntime(Adding, "result-stored", "The last plugin's result is kept where it outlives the process."),
        OfRuntime(Deleting, "del-order", "DEL runs the plugins in reverse."),
        OfRuntime(Deleting, "del-final-result", "Every plugin of a DEL has the final result of the ADD."),
        OfRuntime(Deleting, "del-missing-plugin", "A plugin that is not there fails the DEL."),
        OfRuntime(Deleting, "del-stops", "The first error ends the DEL and reaches the caller."),
        OfRuntime(Checking, "check-same-attachment", "CHECK has the attachment parameters of the ADD."),
        OfRuntime(Checking, "check-order", "CHECK runs the plugins in the order of the list, each with the final result of the ADD."),
        OfRuntime(Checking, "check-missing-plugin", "A plugin that is not there fails the CHECK."),
        OfRuntime(Checking, "check-disabled-succeeds", "CHECK succeeds where the network disables it."),
        OfRuntime(Checking, "check-stops", "The first error ends the CHECK and reaches the caller."),
        OfRuntime(Collecting, "gc-missing-plugin", "A plugin that is not there is an error of the GC."),
        OfRuntime(Collecting, "gc-goes-on", "GC goes on after an error, and the caller gets all of them."),
    ];
}
