using System.Text.Json;
using Bridge.Adapter.Reachability;

namespace Bridge.Adapter.Cli;

/// <summary>The outcome of <c>cnm-cni test</c> for people: a matrix for each family, and sentences for what is not "yes".</summary>
internal static class ReachabilityReport
{
    public static void Write(TrialReport report, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, TrialJson.Default.TrialReport));
            return;
        }

        foreach (var left in report.Removed)
            output.WriteLine($"Removed, left by an earlier test: {left}");

        var network = report.Network;
        output.WriteLine($"Docker network {network.Name} ({network.IpamDriver} IPAM), CNI network {network.CniNetwork}: " +
            $"{string.Join(", ", network.Plugins)}. Docker {report.Engine}.");
        foreach (var family in IPFamilies.All)
            WriteMatrix(report, family, output);

        WriteLines("Outside is", OutsideNotes(report), output);
        WritePackets(report, output);
        WriteLines("Not tried", Untried(report), output);
        WriteLines("Failed", Failures(report), output);
        WriteLines("Likely causes", report.Causes, output);
        WriteLines("Left behind", report.Remains, output);
        output.WriteLine();
        output.WriteLine(Verdict(report));
    }

    public static string Verdict(TrialReport report) =>
        report.FailedCount > 0 ? $"{report.FailedCount} of {report.TriedCount} failed."
        : report.Remains.Count > 0 ? "All is reached, but something is left behind."
        : $"All is reached: {report.TriedCount} of {report.TriedCount}.";

    private static void WriteMatrix(TrialReport report, IPFamily family, TextWriter output)
    {
        Reach[] reaches = [.. report.Reaches.Where(reach => reach.Family == family)];
        if (reaches.Length == 0)
            return;

        string[] rows = [.. Ends.All.Where(end => reaches.Any(reach => reach.From == end))];
        string[] columns = [.. Ends.All.Where(end => reaches.Any(reach => reach.To == end))];
        var table = new TextTable([$"{family} FROM", .. columns.Select(column => column.ToUpperInvariant())]);
        foreach (var row in rows)
        {
            table.Add([row, .. columns.Select(column =>
                Cell(reaches.FirstOrDefault(reach => reach.From == row && reach.To == column)))]);
        }

        output.WriteLine();
        table.WriteTo(output);
    }

    // As a dash where there is nothing to try.
    private static string? Cell(Reach? reach) => reach?.Outcome switch
    {
        ReachOutcome.Reached => "yes",
        ReachOutcome.Failed => "NO",
        _ => null,
    };

    private static IEnumerable<string> OutsideNotes(TrialReport report) => report.Reaches
        .Where(reach => reach is { Outcome: ReachOutcome.Reached, To: Ends.Outside or Ends.OutsideName, Note: not null })
        .Select(reach => reach.To == Ends.Outside ? $"{reach.Family}: {reach.Note}" : $"name {reach.Note}").Distinct();

    private static void WritePackets(TrialReport report, TextWriter output)
    {
        if (report.Packets.Count == 0)
            return;

        var table = new TextTable("LARGEST PACKET", "TO", "FAMILY", "BYTES", "MTU");
        foreach (var packet in report.Packets)
            table.Add(packet.From, packet.To, $"{packet.Family}", $"{packet.Largest}", $"{packet.Expected}");

        output.WriteLine();
        table.WriteTo(output);
    }

    private static IEnumerable<string> Untried(TrialReport report) => report.Reaches
        .Where(reach => reach.Outcome == ReachOutcome.NotApplicable)
        .GroupBy(reach => (reach.Family, reach.To, reach.Note))
        .Select(group => $"{group.Key.Family} to {group.Key.To} from {string.Join(", ", group.Select(reach => reach.From))}: " +
            $"{group.Key.Note}");

    private static IEnumerable<string> Failures(TrialReport report) =>
    [
        .. report.Members.Where(member => member.Problem is not null).Select(member => $"{member.Name}: {member.Problem}"),
        .. report.Reaches.Where(reach => reach.Outcome == ReachOutcome.Failed)
            .Select(reach => $"{reach.Family} from {reach.From} to {reach.To}: {reach.Note}"),
        .. report.Packets.Where(packet => !packet.IsGood).Select(packet =>
            $"{packet.Family} from {packet.From} to {packet.To}: packets of up to {packet.Largest} bytes pass, the interfaces' MTU is " +
            $"{packet.Expected}"),
    ];

    private static void WriteLines(string title, IEnumerable<string> lines, TextWriter output)
    {
        var isFirst = true;
        foreach (var line in lines)
        {
            if (isFirst)
            {
                output.WriteLine();
                output.WriteLine($"{title}:");
            }

            isFirst = false;
            output.WriteLine($"  {line}");
        }
    }
}
