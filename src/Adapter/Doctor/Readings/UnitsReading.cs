namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Units of systemd, as <c>systemctl show</c> prints them.</summary>
/// <param name="Units">By name.</param>
internal sealed record UnitsReading(IReadOnlyDictionary<string, UnitState> Units)
{
    public const string Socket = "cnm-cni.socket";
    public const string Service = "cnm-cni.service";
    public const string Docker = "docker.service";

    private const string Script = $"""
        echo "{HostProgram.Mark}units"
        properties=Id,LoadState,ActiveState,UnitFileState,Result,After
        systemctl show --no-pager --property=$properties {Socket} {Service} {Docker} 2> /dev/null
        exit 0
        """;

    /// <exception cref="SourceException">systemd does not run here, or does not answer.</exception>
    public static async Task<UnitsReading> ReadAsync(HostShell shell, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!Directory.Exists("/run/systemd/system")) // sd_booted(3)
            throw new SourceException("this host does not run systemd");

        var output = await shell.RunAsync(Script, limit, cancellationToken);
        var units = Parse(output.GetValueOrDefault("units", ""));
        return units.Units.Count > 0 ? units : throw new SourceException("systemctl shows no units");
    }

    /// <param name="text">Blocks of KEY=VALUE lines with an empty line between them.</param>
    public static UnitsReading Parse(string text) => new(
        text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(block => block.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal))
            .Where(block => block.ContainsKey("Id"))
            .ToDictionary(block => block["Id"], UnitState.Of, StringComparer.Ordinal));

    /// <returns>A unit that systemd does not know counts as not found.</returns>
    public UnitState Of(string unit) => Units.GetValueOrDefault(unit, UnitState.Absent);
}

/// <param name="Load"><c>loaded</c>, <c>not-found</c>, <c>masked</c>, …</param>
/// <param name="Active"><c>active</c>, <c>inactive</c>, <c>failed</c>, …</param>
/// <param name="File"><c>enabled</c>, <c>disabled</c>, …</param>
/// <param name="Result">Why it failed: <c>exit-code</c>, <c>start-limit-hit</c>, …</param>
/// <param name="After">The units that it starts after.</param>
internal sealed record UnitState(string Load, string Active, string File, string Result, IReadOnlyList<string> After)
{
    public static UnitState Absent { get; } = new("not-found", "inactive", "", "", []);

    public bool IsThere => Load != "not-found";

    public bool IsActive => Active is "active" or "activating" or "reloading";

    public static UnitState Of(IReadOnlyDictionary<string, string> properties) => new(
        properties.GetValueOrDefault("LoadState", ""),
        properties.GetValueOrDefault("ActiveState", ""),
        properties.GetValueOrDefault("UnitFileState", ""),
        properties.GetValueOrDefault("Result", ""),
        properties.GetValueOrDefault("After", "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
