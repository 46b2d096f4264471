using Bridge.Adapter.State;

namespace Bridge.Adapter.Reload;

/// <summary>The host's firewall as it was at one moment.</summary>
/// <param name="Rules">The firewall.</param>
/// <param name="Settled">By endpoint, the attachments of which no operation was under way when the reading began.</param>
internal sealed record HostMoment(Ruleset Rules, IReadOnlyDictionary<string, AttachmentRecord> Settled)
{
    /// <summary>
    /// Whether all that plugins had made for the attachment was read. Whatever makes or removes a part of it changes the record before, and
    /// holds the endpoint's gate until it is done.
    /// </summary>
    public bool Shows(AttachmentRecord record) => ReferenceEquals(Settled.GetValueOrDefault(record.EndpointId), record);
}

/// <summary>
/// What one run of reload knows of the firewall. Reading it starts several processes, whose output grows with the number of containers; so
/// it is read once for all, and again only where that may say something else: of an attachment that a call has changed since, and of shared
/// rules that another attachment's plugins may have put back meanwhile. What only its own plugins make, nobody else puts back.
/// </summary>
internal sealed class FirewallView(HostInspection inspection)
{
    private HostMoment? _moment;

    // Plugins have run since.
    private bool _isOld;

    /// <summary>As last read; null when it was not.</summary>
    public Ruleset? Rules => _moment?.Rules;

    /// <exception cref="IOException">A tool failed or did not answer.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        _moment = await inspection.ReadAsync(cancellationToken);
        _isOld = false;
    }

    /// <summary>Plugins may have added rules.</summary>
    public void Outdate() => _isOld = true;

    /// <param name="record">The attachment as it is now. The caller holds its gate.</param>
    /// <returns>As of <see cref="HostInspection.Missing"/>, now.</returns>
    /// <exception cref="IOException">The kernel or a tool does not tell.</exception>
    public async Task<IReadOnlyList<MissingPart>> MissingAsync(AttachmentRecord record)
    {
        var missing = inspection.Missing(record, Rules);
        if (missing.Count == 0 || (_moment!.Shows(record) && !(_isOld && missing.Any(part => part.IsShared))))
            return missing;

        await ReadAsync(CancellationToken.None);
        return inspection.Missing(record, Rules);
    }

    /// <summary>Reads it again if it may have changed.</summary>
    /// <exception cref="IOException">A tool failed or did not answer.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (_isOld)
            await ReadAsync(cancellationToken);
    }

    /// <returns>As of <see cref="HostInspection.Missing"/>; null when a call has changed or removed the attachment since.</returns>
    /// <param name="record">The attachment as it was put back; null: it is gone.</param>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public IReadOnlyList<MissingPart>? Left(AttachmentRecord? record) =>
        record is not null && _moment!.Shows(record) ? inspection.Missing(record, Rules) : null;
}
