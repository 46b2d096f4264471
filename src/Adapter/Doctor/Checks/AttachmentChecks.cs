using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Reload;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class AttachmentsCheck() : Check<ReloadResponse>(host => host.Attachments)
{
    // Of a whole host after a flush, the first tell enough.
    private const int Shown = 3;

    public override string Id => "attachments";

    public override string Title => "Running containers have all that plugins made for them on the host";

    public override string Inspects => "what the daemon's [`cnm-cni reload --dry-run`](reload.md) shows to be missing";

    protected override IEnumerable<Finding> Find(ReloadResponse reading, HostReadings host)
    {
        var missing = reading.Results.Where(result => result.Outcome == ReloadOutcome.WouldBeRestored).ToArray();
        if (missing.Length > 0)
            yield return Finding.Error(
                $"{Counted(missing.Length)} of what plugins made on the host: {Listed(missing)}.",
                "A flushed firewall, a deleted bridge or another program took it. They do not reach what they should, or are not reached.",
                "cnm-cni reload");

        foreach (var lost in reading.Results.Where(result => result.Outcome == ReloadOutcome.Failed))
            yield return Finding.Error(
                $"{Name(lost)} on CNI network {lost.CniNetwork}: " + ErrorDescription.Sentence(lost.Message ?? "nothing can be compared"),
                "The container runs without its network, or a part of it.",
                $"docker restart {lost.ContainerName ?? "CONTAINER"}");

        // No more than a note: a dockerd that makes no rules is no fault.
        foreach (var note in reading.Notes)
            yield return Finding.Note(
                note, "Until then Docker may refuse to start containers, also on CNI networks.", "systemctl restart docker");
    }

    private static string Counted(int count) => count == 1 ? "1 attachment lacks something" : $"{count} attachments lack something";

    private static string Listed(ReloadResult[] results)
    {
        var first = string.Join("; ", results.Take(Shown).Select(
            result => $"{Name(result)} ({string.Join(", ", result.Missing.Select(part => part.What))})"));
        return results.Length > Shown ? $"{first}; and {results.Length - Shown} more" : first;
    }

    private static string Name(ReloadResult result) => result.ContainerName ?? $"endpoint {result.EndpointId}";
}
