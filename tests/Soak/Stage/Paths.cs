namespace Bridge.Soak.Stage;

/// <summary>Where the soak keeps things in the test host. It survives the host's power cuts.</summary>
internal static class Paths
{
    public const string Root = "/run/bridge-test/soak";
    public const string Plugins = $"{Root}/bin";
    public const string Vanished = $"{Root}/vanished";
    public const string StateImage = $"{Root}/state.img";
    public const string State = "/var/lib/cnm-cni";
    public const string PresentRecords = "/run/cnm-cni/records";
}
