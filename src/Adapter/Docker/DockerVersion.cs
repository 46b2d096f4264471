using System.Text.RegularExpressions;

namespace Bridge.Adapter.Docker;

/// <summary>What Docker says of its version, and what follows from it.</summary>
/// <param name="Engine">As in <c>29.8.0</c> or <c>28.5.2+dfsg4</c>; Docker does not promise a form.</param>
/// <param name="Api">The newest version of its API, as in <c>1.51</c>.</param>
internal sealed partial record DockerVersion(string Engine, string Api)
{
    private static readonly Version ApiOfDocker28 = new(1, 48);
    private static readonly Version NamingEngine = new(29, 8);

    /// <summary>Whether Docker can create networks without IPv4: from version 28 on.</summary>
    public bool HasIPv6Alone => IsDocker28;

    /// <summary>Whether the container's network namespace exists when Docker calls Join for its start: from version 28 on.</summary>
    public bool HasSandboxAtStart => IsDocker28;

    /// <summary>See <see cref="EngineFacts.SysctlsComeFirst"/>.</summary>
    public bool SysctlsComeFirst => IsDocker28;

    /// <summary>
    /// See <see cref="EngineFacts.TakesInterfaceNames"/>. Neither the plugin protocol nor the version of the API tells: the field DstName
    /// is as old as the protocol (moby#52865), and Docker began to use it with moby#52866.
    /// </summary>
    public bool TakesInterfaceNames => Beginning().Match(Engine) is { Success: true } match
        && Version.Parse(match.Groups["version"].ValueSpan) >= NamingEngine;

    private bool IsDocker28 => Version.TryParse(Api, out var api) && api >= ApiOfDocker28;

    // A preview of a version may have been built before the change.
    [GeneratedRegex(@"^(?<version>\d{1,4}\.\d{1,4})(?>(?:\.\d+)?)(?!\d|-?(?:rc|beta|alpha|dev|tp))")]
    private static partial Regex Beginning();
}
