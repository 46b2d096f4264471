using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// What plugins made on the host for running containers: journal × firewall and links. Only reported: without <c>reload.automatic</c> it is
/// the administrator's to put back. While nothing is removed the firewall is not read, which costs several processes.
/// </summary>
internal sealed class MissingOnHostInspection(
    HostInspection host, HostRemovals removals, Reloader reloader, Journal journal, AttachmentGates gates, AdapterSettings settings,
    TimeProvider timeProvider) : IInspection
{
    // All of the following is used by one pass at a time.

    // The announcements that the last complete reading of the firewall had seen; null: there was none.
    private long? _heard;

    // The attachments that lacked something in the last comparison.
    private HashSet<string> _lacking = [];

    // When the grace period of new findings began: they are compared again at its end.
    private long? _graceBegan;

    private long _reloads;
    private bool _isOwed;
    private string? _failure;

    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!IsDue(context))
            return null;

        _isOwed = reloader.IsPuttingBack; // It changes what is compared, and says when it is done.
        if (_isOwed)
            return null;

        try
        {
            var lacking = await CompareAsync(context, cancellationToken);
            _failure = null;
            return MissingOnHost.Findings(lacking, settings.Repair.OrphanGrace);
        }
        catch (IOException failed) when (context.Trigger == RepairTrigger.Background && failed.Message == _failure)
        {
            return null; // Each pass may fail in the same way, and one line in the log is enough.
        }
        catch (IOException failed)
        {
            _failure = failed.Message;
            throw;
        }
    }

    private bool IsDue(InspectionContext context) => context.IsThorough || _isOwed
        || (_graceBegan is { } began && timeProvider.GetElapsedTime(began) >= settings.Repair.OrphanGrace)
        || (_lacking.Count > 0 && (_reloads != reloader.Reloads || _lacking.Any(IsGone)));

    private bool IsGone(string endpointId) =>
        journal.Attachments.Find(endpointId) is not { } record || !HostInspection.IsOnHost(record);

    private async Task<List<(AttachmentRecord Record, IReadOnlyList<MissingPart> Missing)>> CompareAsync(
        InspectionContext context, CancellationToken cancellationToken)
    {
        var lacking = new List<(AttachmentRecord, IReadOnlyList<MissingPart>)>();
        var reloads = reloader.Reloads;
        if (host.All.Count > 0)
        {
            removals.Listen();
            var heard = removals.Count;
            var moment = IsToRead(context, heard) ? await host.ReadAsync(cancellationToken) : null;
            var isComplete = !journal.Attachments.All.Any(record => record is { Phase: AttachmentPhase.Adding }
                or { Phase: AttachmentPhase.Added, IsWarm: false });
            foreach (var record in host.All)
            {
                var missing = Missing(record, moment);
                isComplete &= missing is not null;
                if (missing is { Count: > 0 })
                    lacking.Add((record, missing));
            }

            // What is being attached may have lost rules before it can be compared: the next pass reads the firewall again.
            if (moment is not null && context.Trigger != RepairTrigger.DryRun)
                _heard = isComplete ? heard : null;
        }

        if (context.Trigger != RepairTrigger.DryRun)
            Remember([.. lacking.Select(one => one.Item1.EndpointId)], reloads);

        return lacking;
    }

    private bool IsToRead(InspectionContext context, long heard) =>
        context.Trigger != RepairTrigger.Background || _heard != heard || _lacking.Count > 0 || removals.MayBeSilent;

    // Null: it cannot be told now.
    private IReadOnlyList<MissingPart>? Missing(AttachmentRecord record, HostMoment? moment)
    {
        if (gates.IsEntered(record.EndpointId))
            return null;

        try
        {
            if (host.WhyNot(record) is not null)
                return null;

            var missing = host.Missing(record, moment?.Rules);
            var isSame = !gates.IsEntered(record.EndpointId)
                && ReferenceEquals(journal.Attachments.Find(record.EndpointId), record) && moment?.Shows(record) != false;
            return isSame ? missing : null;
        }
        catch (Exception untold) when (untold is IOException or CniException or CniConfigurationException)
        {
            return null; // Of this one; the others are compared. A damaged record is a finding of its own.
        }
    }

    private void Remember(HashSet<string> lacking, long reloads)
    {
        _graceBegan = lacking.IsSubsetOf(_lacking) ? null : timeProvider.GetTimestamp();
        (_lacking, _reloads) = (lacking, reloads);
    }
}

/// <summary>The findings: one for each attachment, and one for all others where a flush hit many.</summary>
internal static class MissingOnHost
{
    private const int Shown = 3;
    private const string Others = "others";

    /// <param name="lacking">The oldest attachment first, so that it is mostly the same ones that are named.</param>
    /// <param name="grace">Until they count: what removed the rules may put them back, or reload does.</param>
    public static IReadOnlyList<Finding> Findings(
        IReadOnlyList<(AttachmentRecord Record, IReadOnlyList<MissingPart> Missing)> lacking, TimeSpan grace)
    {
        // Without its interface, which other findings report, there is nothing that reload could put back.
        var told = lacking.Where(one => one.Missing.Any(part => part.Part != HostPart.Interface)).ToArray();
        var named = told.Length <= Shown + 1 ? told.Length : Shown;
        return
        [
            .. told.Take(named).Select(one => ToFinding(one.Record, one.Missing)),
            .. told.Length == named ? (Finding[])[] :
            [
                new Finding(FindingKind.MissingOnHost, Others, $"{told.Length - named} other attachments",
                    "what plugins made for them on the host is gone, too")
                {
                    Remedy = "Put it back for all: cnm-cni reload.",
                    Grace = grace,
                },
            ],
        ];

        Finding ToFinding(AttachmentRecord record, IReadOnlyList<MissingPart> missing) => new(
            FindingKind.MissingOnHost, record.EndpointId, record.Text(),
            $"what plugins made for it on the host is gone: {string.Join(", ", missing.Select(part => part.What))}")
        {
            Remedy = missing.All(part => part.IsLost)
                ? RecordText.Restart(record.ContainerName)
                : $"Put it back: {(record.ContainerName is { } name ? $"cnm-cni reload {name}" : "cnm-cni reload")}.",
            Grace = grace,
        };
    }

    /// <summary>Whether a finding is over after a reload.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="whole">The endpoints of which nothing is missing now.</param>
    /// <param name="isAll">They are all that there are.</param>
    public static bool IsOver(FindingReport finding, IReadOnlySet<string> whole, bool isAll) =>
        finding.Kind == FindingKind.MissingOnHost && (isAll || whole.Contains(finding.Subject));
}
