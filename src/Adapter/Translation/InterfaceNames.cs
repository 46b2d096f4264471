namespace Bridge.Adapter.Translation;

/// <summary>Names of links on their way.</summary>
internal static class InterfaceNames
{
    /// <summary>CNI_IFNAME: what a kubelet's runtime uses, and what Docker calls the first interface of a container.</summary>
    public const string Sandbox = "eth0";

    /// <summary>Docker numbers the interfaces of a container behind this.</summary>
    public const string SandboxPrefix = "eth";

    /// <summary>The name in the host namespace: 15 bytes (the most that Linux allows), the same whenever it is computed.</summary>
    public static string Host(string endpointId) => "cni" + (endpointId.Length > 12 ? endpointId[..12] : endpointId);
}
