namespace Bridge.Adapter.State;

/// <summary>Where a network's chain runs: option <c>cni.attach</c> of `docker network create`.</summary>
internal enum AttachMode
{
    /// <summary>In a namespace of our own, from which Docker moves the interface into the container. Works on every engine.</summary>
    Staging,

    /// <summary>
    /// In the container's namespace itself, at Join: for plugins that must find the container there. Only where the sandbox exists by then.
    /// </summary>
    Sandbox,
}
